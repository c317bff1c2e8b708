/*
 * What the page says where a script of its own fails. A classic script that runs before the modules
 * and needs none of them, so that one that does not load is said too.
 */
(function listenFaults() {
  /** A browser's own remark about a picture that changes its size as it is measured. */
  const HARMLESS = /^ResizeObserver loop/;

  /** @param {string} what */
  function show(what) {
    /** @param {string} id */
    const get = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
    if (!document.getElementById("problem")) {
      addEventListener("DOMContentLoaded", () => show(what), { once: true });
      return;
    }
    const { dataset } = document.documentElement;
    if (dataset.rendered === "0") get("summary").textContent = "Nothing to draw yet.";
    get("problem-text").textContent =
      `The page has failed${what ? `: ${what}` : ""}. What stands here may be out of date.`;
    get("retry").hidden = true;
    get("restart").hidden = false;
    get("problem").hidden = false;
    get("pictures").ariaBusy = "false";
    dataset.state = "error";
  }

  addEventListener(
    "error",
    (event) => {
      const { target, message = "", filename = "" } = event;
      if (target instanceof HTMLScriptElement) {
        if (target.type === "module") show("a part of it did not load");
      } else if (event instanceof ErrorEvent && filename.startsWith(location.origin)) {
        if (!HARMLESS.test(message)) show(message.replace(/^Uncaught /, ""));
      }
    },
    { capture: true },
  );
  addEventListener("unhandledrejection", ({ reason }) => {
    if (reason?.name !== "AbortError") show(String(reason?.message ?? reason));
  });
})();
