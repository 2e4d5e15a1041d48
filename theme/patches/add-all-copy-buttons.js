/* Adds the copy button to every listing, not only to those that have been in view.

Replaces: `IntersectionObserver`, until Material has created its own. With the feature content.lazy, Material adds a
listing's button once the listing comes into view; the keyboard and screen readers also go to what isn't in view. Here
the browser adds the others one by one, when it has time.
Buys: all 20 copy buttons on how-to/freeze-layers for the keyboard. Without content.lazy this would need no patch, but
scripts would block a phone for 490 ms, not 330 (CPU time of the main thread's tasks, times 4; medians of 4 pairs, 28
November 2026).
Can go: when Material adds buttons that are not in view, or with Material. */
(() => {
  "use strict";

  const later = window.requestIdleCallback // Safari lacks it.
    ? (work) => requestIdleCallback(work, { timeout: 3000 })
    : (work) => setTimeout(work, 500);

  const { IntersectionObserver } = globalThis;
  globalThis.IntersectionObserver = class extends IntersectionObserver {
    #callback;
    constructor(callback, options) {
      super(callback, options);
      this.#callback = callback;
      globalThis.IntersectionObserver = IntersectionObserver;
    }
    observe(target) {
      super.observe(target);
      if (target.matches("pre > code")) later(() => this.#callback([{ target, isIntersecting: true }], this));
    }
  };
})();
