/** Inside of another page: the way out, with the experiment that is shown. */

/** @param {Document} document */
export function listenOpen(document) {
  const link = document.getElementById("embed-open");
  if (!(link instanceof HTMLAnchorElement)) return;
  const put = () => {
    link.href = `/${document.location.hash}`;
  };
  for (const event of ["pointerenter", "focus", "click"]) link.addEventListener(event, put);
}
