/* Runs before the first paint, so that the page never flashes in the wrong colours or with words
   about another experiment than the link's. */
(function choose() {
  let kept = null;
  try {
    kept = localStorage.getItem("theme");
  } catch {
    kept = null;
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = kept ?? (dark ? "dark" : "light");
  document.documentElement.toggleAttribute("data-linked", location.hash.length > 1);
})();
