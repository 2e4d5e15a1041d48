/* A Python editor: CodeMirror, with only what a short block needs. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const setMarked = StateEffect.define();

/** The line at which the last run raised, until it is edited. */
const marked = StateField.define({
  create: () => Decoration.none,
  update(lines, transaction) {
    lines = transaction.docChanged ? Decoration.none : lines;
    for (const effect of transaction.effects) if (effect.is(setMarked)) lines = decorate(effect.value, transaction.state);
    return lines;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function decorate(number, { doc }) {
  if (!number || number > doc.lines) return Decoration.none;
  return Decoration.set([Decoration.line({ class: "live-error-line" }).range(doc.line(number).from)]);
}

// The colours of the page's other code (guide.css).
const colour = (name) => ({ color: `var(--md-code-hl-${name}-color)` });
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.moduleKeyword, tags.definitionKeyword], ...colour("keyword") },
  { tag: tags.string, ...colour("string") },
  { tag: tags.number, ...colour("number") },
  { tag: tags.comment, ...colour("comment") },
  { tag: tags.bool, ...colour("constant") },
  { tag: tags.function(tags.definition(tags.variableName)), ...colour("function") },
]);

/** Make an editor with `text`; its keys call `run` and `restore`, and each change calls `changed` with the text. */
export function makeEditor({ text, run, restore, changed }) {
  const view = new EditorView({
    doc: text,
    extensions: [
      keymap.of([
        { key: "Mod-Enter", run: () => (run(), true) },
        { key: "Escape", run: () => (restore(), true) },
        // Tab leaves the editor, as everywhere on a page; the space key and Enter indent.
        ...defaultKeymap,
        ...historyKeymap,
      ]),
      history(),
      drawSelection(),
      EditorState.tabSize.of(4),
      indentUnit.of("    "),
      python(),
      syntaxHighlighting(colours),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "Code of this example" }),
      EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
      marked,
    ],
  });
  return {
    element: view.dom,
    focus: () => view.focus(),
    get text() {
      return view.state.doc.toString();
    },
    set text(insert) {
      // A named event: otherwise it would be undone together with what was typed just before.
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert }, userEvent: "replace" });
    },
    mark: (line) => view.dispatch({ effects: setMarked.of(line) }),
  };
}
