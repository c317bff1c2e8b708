/** What the service refuses, beside the field that it is about. */

import { allWithin } from "../page.js";
import { forReaders, setFieldError } from "../problems.js";

/** @import { Fault } from "../types.js" */

/** The last name in a pointer, for who reads the page. @param {string} pointer */
function nameIn(pointer) {
  const name = (pointer.split("/").at(-1) ?? "").replaceAll("_", " ");
  return name && name[0].toUpperCase() + name.slice(1);
}

/** A refusal that has no field. @param {Fault} fault */
export function refusal({ pointer, detail }) {
  const name = nameIn(pointer);
  return forReaders(name ? `${name}: ${detail}` : detail);
}

/** The field with the longest pointer that one begins with. @template {{dataset: DOMStringMap}} F @param {F[]} fields @param {string} pointer @returns {F | undefined} */
export function fieldFor(fields, pointer) {
  const fits = fields.filter(({ dataset }) => pointer === dataset.pointer || pointer.startsWith(`${dataset.pointer}/`));
  return fits.sort((a, b) => (b.dataset.pointer ?? "").length - (a.dataset.pointer ?? "").length)[0];
}

/** What was refused before is taken away. @param {HTMLElement} form */
export function clearRefused(form) {
  for (const field of allWithin(form, "[data-pointer]")) setFieldError(field, "");
}

/**
 * @param {HTMLElement} form @param {Fault[]} faults
 * @returns {string[]} what no field that is seen is about
 */
export function putRefused(form, faults) {
  clearRefused(form);
  const homeless = [];
  for (const fault of faults) {
    const field = fieldFor(allWithin(form, "[data-pointer]"), fault.pointer);
    const folded = field?.closest("details");
    if (folded instanceof HTMLDetailsElement) folded.open = true;
    if (field?.checkVisibility()) setFieldError(field, forReaders(fault.detail));
    else homeless.push(refusal(fault));
  }
  return homeless;
}
