/* What is pasted into the search is words, not operators: Material would demand each word in quotes, leave out the
pages with the 1 of "-1", and drop the last word before a colon. Characters that look alike mean nothing to it. */
document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-md-component=search-query]")) return;
  const alike = { '"': "”", ":": "∶", "-": "−", "+": "＋", "^": "ˆ", "~": "˜" };
  const words = target.value.replace(/[":^~]|(?<=^|\s)[-+](?=\S)/g, (operator) => alike[operator]);
  if (words === target.value) return;
  const place = target.selectionStart;
  target.value = words;
  target.setSelectionRange(place, place);
});
