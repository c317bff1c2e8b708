/** Terms that only the lessons explain; the others are those of ../glossary.js. */

/** @type {Object<string, [null, (reading: import("../types.js").Reading) => string]>} */
export const LESSON_TERMS = {
  unrolling: [
    null,
    () =>
      "Unrolling draws a recurrent network once for every step. The copies share their weights; " +
      "what differs from copy to copy is only what stands in them.",
  ],
  hidden: [
    null,
    () =>
      "The hidden state H is all that a simple recurrent network remembers: computed at every step " +
      "from the last one and the input.",
  ],
  bptt: [
    null,
    () =>
      "Backpropagation through time: the chain rule on the unrolled network, from the last step " +
      "to the first, with one sum a weight over all steps.",
  ],
  activation: [
    null,
    () => "The activation f is applied to every unit’s pre-activation A: tanh, sigmoid, ReLU or none.",
  ],
  preactivation: [
    null,
    () => "The pre-activation A is the sum in the bracket, before the activation: H = f(A). f′ is taken at A.",
  ],
  shared: [
    null,
    () =>
      "A shared weight stands at every step. It is one number, so its gradient is one number: the " +
      "sum of what all its copies add.",
  ],
  loss: [
    null,
    ({ lossSteps }) =>
      "The loss L says how wrong the outputs are. It is the sum of the losses of single steps: here " +
      `of ${lossSteps.length}.`,
  ],
  gradient: [
    null,
    () => "∂L/∂H is the gradient: by how much the loss changes where H changes a little, unit by unit.",
  ],
  jacobian: [
    null,
    () =>
      "The Jacobian of one step, ∂H at t + 1 by ∂H at t, is f′(A) times Wᴴ: one factor of the chain " +
      "that the gradient passes.",
  ],
  context: [
    null,
    () =>
      "Context units hold a copy: of the last hidden state (Elman) or of the last output (Jordan). " +
      "They are read like an input.",
  ],
  eigenvalue: [
    null,
    () =>
      "An eigenvalue is a factor by which a matrix stretches one of its own directions. Where these " +
      "are far from perpendicular, sums of them can grow for a while though each shrinks.",
  ],
  clip: [
    null,
    () => "Clipping makes a gradient smaller before it moves the weights; it changes no gradient that is small.",
  ],
  biased: [
    null,
    () =>
      "Biased: the mean over many samples of clipped gradients is not the gradient of the mean loss, " +
      "neither in length nor, in general, in direction.",
  ],
  carousel: [
    null,
    () =>
      "The cell state C of an LSTM goes from step to step times the forget gate, plus what is written. " +
      "Neither a weight matrix nor an f′ stands on that path.",
  ],
};
