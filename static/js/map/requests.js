/** What the service is asked for about maps. */

import { answered, ask, posted } from "../api.js";

export const API = "/api/v1";

/** @param {string} id */
export const sweepAt = (id) => `${API}/sweeps/${encodeURIComponent(id)}`;

/** @param {object} sweep @returns {Promise<any>} */
export const beginSweep = (sweep) => ask(`${API}/sweeps`, posted(sweep));

/** @param {string} id @returns {Promise<any>} */
export const sweepOf = (id) => ask(sweepAt(id));

/** The newest first. @returns {Promise<{sweeps: any[]}>} */
export const sweepsKept = () => ask(`${API}/sweeps?limit=50`);

/** @param {string} id @param {object} change @returns {Promise<any>} */
export const changeSweep = (id, change) => ask(sweepAt(id), { ...posted(change), method: "PATCH" });

/** @param {string} id */
export const deleteSweep = (id) => answered(sweepAt(id), { method: "DELETE" });

/** @param {object} plan @param {string} name @returns {Promise<any>} */
export const beginTraining = (plan, name) => ask(`${API}/runs`, posted({ kind: "trained", training: plan, name: name.slice(0, 200) }));

/** An experiment with every default filled in, and what is said of it. @param {object} experiment @param {AbortSignal} signal @returns {Promise<any>} */
export const flowOf = (experiment, signal) => ask(`${API}/flow`, posted({ ...experiment, include: ["itemized"] }, signal));
