/** What the service is asked for about files that it keeps. */

import { answered, ask, posted } from "../api.js";

/** @import { Schemas } from "../../../types/api" */
/** @typedef {Schemas["KeptNetwork"]} KeptNetwork */
/** @typedef {Schemas["KeptSequence"]} KeptSequence */
/** @typedef {"networks" | "sequences"} Room */

/** @param {string} base @param {Room} room @param {string} id */
const at = (base, room, id) => `${base}/${room}/${encodeURIComponent(id)}`;

/**
 * What a room holds, the newest first.
 * @param {string} base @param {Room} room
 * @returns {Promise<any[]>}
 */
export async function listOf(base, room) {
  return (await ask(`${base}/${room}?limit=200`))[room];
}

/** @param {string} base @param {Room} room @param {string} id @returns {Promise<any>} */
export function oneOf(base, room, id) {
  return ask(at(base, room, id));
}

/**
 * Keep a file; the same file is kept once. before: it was there.
 * @param {string} base @param {Room} room @param {File} file
 * @returns {Promise<{kept: any, before: boolean}>}
 */
export async function keepFile(base, room, file) {
  const body = new FormData();
  body.append("file", file, file.name);
  const response = await answered(`${base}/${room}`, { method: "POST", body });
  return { kept: await response.json(), before: response.status !== 201 };
}

/** @param {string} base @param {string} id @param {object} change @returns {Promise<KeptNetwork>} */
export function changeNetwork(base, id, change) {
  return ask(at(base, "networks", id), { ...posted(change), method: "PATCH" });
}

/** @param {string} base @param {Room} room @param {string} id */
export async function drop(base, room, id) {
  await answered(at(base, room, id), { method: "DELETE" });
}

/** @param {string} base @param {string} id @param {string} name @returns {Promise<Schemas["ParameterValues"]>} */
export function parameterOf(base, id, name) {
  return ask(`${at(base, "networks", id)}/parameters/${encodeURIComponent(name)}`);
}

/** @param {string} base @param {object} request @param {AbortSignal} signal @returns {Promise<any>} */
export function flowOf(base, request, signal) {
  return ask(`${base}/flow`, posted(request, signal));
}
