/*
 * What the page says where a script of its own fails. A classic script that runs before the modules
 * and needs none of them, so that one that does not load is said too.
 */
(function listenFaults() {
  /** A browser's own remark about a picture that changes its size as it is measured. */
  const HARMLESS = /^ResizeObserver loop/;

  /** @param {string} what */
  function show(what) {
    /** Not every page has all of these. @param {string} id @param {Partial<HTMLElement>} said */
    const put = (id, said) => Object.assign(document.getElementById(id) ?? {}, said);
    if (!document.getElementById("problem")) {
      addEventListener("DOMContentLoaded", () => show(what), { once: true });
      return;
    }
    const { dataset } = document.documentElement;
    if (dataset.rendered === "0") put("summary", { textContent: "Nothing to draw yet." });
    put("problem-text", {
      textContent: `The page has failed${what ? `: ${what}` : ""}. What stands here may be out of date.`,
    });
    put("retry", { hidden: true });
    put("restart", { hidden: false });
    put("problem", { hidden: false });
    put("pictures", { ariaBusy: "false" });
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
