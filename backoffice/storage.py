from whitenoise.storage import CompressedManifestStaticFilesStorage


class ManifestStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Strict hashed names, but for one: Jazzmin asks for the address of a folder to build theme links from."""

    folders = frozenset({"vendor/bootswatch"})

    def stored_name(self, name):
        return name if name in self.folders else super().stored_name(name)
