/* Scanning with the camera of a phone, where the browser can read barcodes. */
(function () {
  "use strict";

  const desk = window.orderDesk;
  const button = document.getElementById("desk-camera");
  if (!desk || !button || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  const words = document.getElementById("desk").dataset;
  let stream = null;

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    document.getElementById("desk-video")?.remove();
    button.setAttribute("aria-pressed", "false");
    desk.box.focus();
  }

  // The same code must leave the picture before it counts again.
  async function watch(video, detector) {
    let last = "";
    while (stream) {
      const [code] = await detector.detect(video).catch(() => []);
      if (code && code.rawValue !== last) {
        desk.enter(code.rawValue);
        navigator.vibrate?.(60);
      }
      last = code?.rawValue ?? "";
      await new Promise((next) => setTimeout(next, 150));
    }
  }

  async function start() {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      desk.say(words.nocamera, "bad");
      return;
    }
    const video = document.createElement("video");
    Object.assign(video, { id: "desk-video", srcObject: stream, muted: true, playsInline: true });
    document.getElementById("desk").append(video);
    button.setAttribute("aria-pressed", "true");
    desk.say(words.point);
    await video.play();
    watch(video, new window.BarcodeDetector());
  }

  button.hidden = false;
  button.addEventListener("click", () => (stream ? stop() : start()));
  window.addEventListener("pagehide", stop);
})();
