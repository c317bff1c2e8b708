/*
 * Runs before the first paint: what a prediction is to come before stays out of sight until it has
 * come. Where a script does not load, nothing would ever open, so then everything stands open.
 */
(function closeGates() {
  const { dataset } = document.documentElement;
  dataset.gates = "closed";
  addEventListener(
    "error",
    (event) => {
      const { target } = event;
      if (!(target instanceof HTMLScriptElement) || target.type !== "module") return;
      dataset.gates = "open";
      dataset.state = "error";
    },
    { capture: true },
  );
})();
