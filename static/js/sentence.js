/** The sentence before the pictures, and the captions' keys. */

import { fromLog10, number, share } from "./format.js";
import { lossName } from "./describe.js";
import { clippedShift } from "./figures/profile.js";

/**
 * The engine's summary, its verdict in bold.
 * @param {HTMLElement} paragraph
 * @param {string} summary
 */
export function putSummary(paragraph, summary) {
  const cut = summary.indexOf(": ");
  if (cut < 0) {
    paragraph.textContent = summary;
    return;
  }
  const verdict = document.createElement("strong");
  verdict.textContent = `${summary.slice(0, cut)}.`;
  const rest = summary.slice(cut + 2);
  paragraph.replaceChildren(verdict, ` ${rest[0].toUpperCase()}${rest.slice(1)}`);
}

/**
 * What is left of the followed loss, in numbers.
 * @param {import("./types.js").Reading} reading
 */
export function leftSentence(reading) {
  const { entryStep, row, entry, follow, flow } = reading;
  const steps = flow.steps === 1 ? "1 step" : `${flow.steps} steps`;
  const whole = `L = ${number(flow.loss, 4)} over ${steps}.`;
  if (follow === null && reading.lossSteps.length > 1) {
    return (
      `${whole} All losses together: each step feeds itself, so the total can look level ` +
      "even where nothing reaches back. Follow one step to see it."
    );
  }
  if (entry === null) return `${whole} No gradient enters at step ${entryStep}.`;
  if (entryStep === 1)
    return `${whole} The loss enters at step 1 with ${fromLog10(entry)}; there is no earlier step.`;
  const first = row.findIndex((value) => value !== null) + 1;
  if (first > 1) {
    const back = first === entryStep ? "stays at" : `reaches back from step ${entryStep} to`;
    return `${whole} ${lossName(follow)} ${back} step ${first}: nothing arrives before it.`;
  }
  const left = row[0] - entry;
  return left > 0.3
    ? `${whole} What enters at step ${entryStep} arrives at step 1 ${share(left)} as large.`
    : `${whole} Of what enters at step ${entryStep}, ${share(left)} arrives at step 1.`;
}

/** The small keys beside the pictures' titles, as HTML of our own. */
export function keys(reading) {
  const loss = lossName(reading.follow);
  const many = reading.lossSteps.length > 1;
  const shift = clippedShift(reading);
  const profile = [
    `<span><i class="bar"></i>‖∂${loss}/∂h‖${reading.follow === null ? ", all losses" : ""}</span>`,
  ];
  if (reading.follow !== null && many) profile.push("<span><i></i>all losses together</span>");
  if (shift !== null)
    profile.push(`<span><i class="dash"></i>after clipping, × ${fromLog10(shift)}</span>`);
  const boxed = reading.follow === null ? "" : `<span><i class="box"></i>${loss}</span>`;
  const clipped = reading.flow.clipping.rule !== "none";
  return {
    diagram: many ? "<span>click a loss to follow it</span>" : "",
    profile: profile.join(""),
    map: many
      ? `<span>row i: what is left of L<sub>i</sub> at every step</span>${boxed}`
      : "<span>this wiring has one loss, so one row</span>",
    clipping: clipped
      ? '<span><i class="before"></i>before</span><span><i class="after"></i>after clipping</span>'
      : "<span>norm of each, log scale</span>",
  };
}

/** Clipping in words. @param {import("./types.js").Flow} flow */
export function clippingSentence(flow) {
  const { rule, engaged, cosine, scale, threshold, finite } = flow.clipping;
  const norm = fromLog10(flow.clipping.log10_norm_before);
  if (finite === false) return "The gradient holds an infinity: no clipping can mend that.";
  if (rule === "none") return `All parameters together: ‖g‖ = ${norm}. Not clipped.`;
  const name = rule === "norm" ? "μ" : "v";
  if (!engaged) {
    return rule === "norm"
      ? `‖g‖ = ${norm} is not above ${name} = ${number(threshold)}: nothing is clipped.`
      : `No component is beyond ±${number(threshold)}: nothing is clipped.`;
  }
  const after = number(flow.clipping.norm_after);
  const kept = `cosine ${cosine === null ? "–" : cosine.toFixed(3)}`;
  if (rule === "norm") {
    const times = `every component times ${number(scale)}`;
    return `‖g‖ ${norm} → ${after}: ${times}. The direction is kept: ${kept}.`;
  }
  const bends = cosine !== null && cosine > 0.9995 ? "is nearly kept" : "bends";
  return (
    `‖g‖ ${norm} → ${after}. Components beyond ±${number(threshold)} were cut, ` +
    `so the direction ${bends}: ${kept}.`
  );
}

/** The eigenvalues in words. @param {import("./types.js").Flow} flow */
export function spectrumSentence(flow) {
  const { spectral_radius: radius, spectral_norm: norm } = flow.spectrum;
  return (
    `Largest modulus ${number(radius)} (solid circle; dashed: 1); ` +
    `largest singular value ${number(norm)}. ` +
    "The eigenvalues say what happens in the long run and leave f′ out."
  );
}
