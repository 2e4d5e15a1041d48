/* Makes the search treat pasted text as words, not as operators. Material would require each word in quotes, exclude
pages with the 1 in "-1", and drop the last word before a colon. The search ignores the look-alikes used instead. */
(() => {
  "use strict";

  const LOOKALIKES = { '"': "”", ":": "∶", "-": "−", "+": "＋", "^": "ˆ", "~": "˜" };

  document.addEventListener("input", ({ target: field }) => {
    if (!field.matches("[data-md-component=search-query]")) return;
    const words = field.value.replace(/[":^~]|(?<=^|\s)[-+](?=\S)/g, (operator) => LOOKALIKES[operator]);
    if (words !== field.value) {
      const cursor = field.selectionStart;
      field.value = words;
      field.setSelectionRange(cursor, cursor);
    }
    field.dispatchEvent(new Event("keyup")); // Material waits for a key; pasting by touch or mouse presses none.
  });
})();
