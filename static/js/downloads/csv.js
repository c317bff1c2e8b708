/** All the numbers of an answer as one tidy table. */

/** @import { Flow } from "../types.js" */

/** Rows of a tidy table: one number a row. @param {Flow} flow */
export function toCsv(flow) {
  const lines = ["quantity,of,loss_step,step,log10_norm,value"];
  /**
   * @param {string} quantity
   * @param {string} of
   * @param {number | ""} loss
   * @param {number | ""} step
   * @param {number | null} log10
   * @param {number | null} value
   */
  const put = (quantity, of, loss, step, log10, value) =>
    lines.push([quantity, of, loss, step, log10 ?? "", value ?? ""].map(quoted).join(","));
  flow.step_losses.forEach((v, n) => put("loss", "", n + 1, n + 1, null, v));
  flow.hidden_gradient.log10_norm.forEach((v, n) =>
    put("hidden_gradient", "h", "", n + 1, v, flow.hidden_gradient.norm[n]),
  );
  for (const [name, of] of [
    ["followed_gradient", "h"],
    ["cell_gradient", "c"],
    ["followed_cell_gradient", "c"],
  ]) {
    const series =
      flow[/** @type {"followed_gradient" | "cell_gradient" | "followed_cell_gradient"} */ (name)];
    const loss = name.startsWith("followed") ? (flow.experiment.follow ?? "") : "";
    series?.log10_norm.forEach((v, n) => put(name, of, loss, n + 1, v, series.norm[n]));
  }
  for (const [name, series] of Object.entries(flow.gates ?? {}))
    series.forEach((v, n) => put("gate", name, "", n + 1, null, v));
  const { loss_steps: losses, steps, log10_norm: map } = flow.itemized;
  losses.forEach((i, r) =>
    steps.forEach((t, c) => {
      if (t <= i) put("itemized", "h", i, t, map[r][c], null);
    }),
  );
  for (const [name, g] of Object.entries(flow.parameter_gradients)) {
    put("parameter_gradient", name, "", "", g.log10_norm, g.norm);
    put("parameter_gradient_clipped", name, "", "", null, g.clipped_norm);
    g.step_log10_norm.forEach((v, n) => put("parameter_step", name, "", n + 1, v, null));
  }
  flow.spectrum.jacobian_log10_norm.forEach((v, n) => put("jacobian", "", "", n + 1, v, null));
  flow.spectrum.product_log10_norm.forEach((v, n) =>
    put("jacobian_product", "", "", n + 1, v, null),
  );
  for (const [name, series] of Object.entries(flow.activity)) {
    series.forEach((v, n) => put(name, "", "", n + 1, null, v));
  }
  return `${lines.join("\n")}\n`;
}

/** @param {string | number} value */
function quoted(value) {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
