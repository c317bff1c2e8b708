/** A small note beside the pointer. */

import { element } from "./elements.js";

/** @typedef {ReturnType<typeof createTooltip>} Tooltip */

/** @param {HTMLElement} box */
export function createTooltip(box) {
  return {
    /**
     * @param {string[]} lines   the first is its name
     * @param {{clientX: number, clientY: number}} at
     */
    show(lines, { clientX, clientY }) {
      if (!lines.length) return;
      box.replaceChildren(
        ...lines.map((line, n) => {
          if (n > 0) return element("p", "", line);
          const first = element("p");
          first.append(element("b", "", line));
          return first;
        }),
      );
      box.hidden = false;
      const { width, height } = box.getBoundingClientRect();
      const right = clientX + 16 + width < window.innerWidth;
      const below = clientY + 18 + height < window.innerHeight;
      box.style.left = `${Math.max(4, right ? clientX + 16 : clientX - width - 14)}px`;
      box.style.top = `${Math.max(4, below ? clientY + 18 : clientY - height - 14)}px`;
    },
    hide() {
      box.hidden = true;
    },
  };
}
