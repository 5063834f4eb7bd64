// The few lines of DOM that every screen needs. Texts are set as text: nothing from the network is ever read as HTML.
type Child = Node | string | undefined;

interface Looks {
  readonly class?: string;
  readonly label?: string;
  readonly role?: string;
  /** For the style sheet and for tests. */
  readonly data?: Readonly<Record<string, string>>;
}

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  looks: Looks,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (looks.class !== undefined) made.className = looks.class;
  if (looks.label !== undefined) made.ariaLabel = looks.label;
  if (looks.role !== undefined) made.role = looks.role;
  Object.assign(made.dataset, looks.data);
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

export function button(text: string, press: () => void, looks: Looks = {}): HTMLButtonElement {
  const made = element('button', looks, text);
  made.type = 'button';
  made.addEventListener('click', press);
  return made;
}

/** A list that scrolls by itself, also by keyboard. */
export function scrolling<Made extends HTMLElement>(list: Made): Made {
  list.tabIndex = 0;
  return list;
}

interface Rows<Row> {
  readonly keyOf: (row: Row) => string;
  readonly draw: (row: Row) => HTMLElement;
  /** Shown when there is no row. */
  readonly none: string;
  /** What an element says beside its row: it is drawn anew when that changes. */
  readonly besides?: (row: Row) => string;
}

/** Shows rows in order. What has not changed keeps its element, and a finger or a focus on it stays where it is. */
export function rowsIn<Row extends object>(list: HTMLElement, options: Rows<Row>): (rows: readonly Row[]) => void {
  const { keyOf, draw, besides = () => '' } = options;
  const isList = list.tagName === 'OL' || list.tagName === 'UL';
  const none = element(isList ? 'li' : 'p', { class: 'none' }, options.none);
  let drawn = new Map<string, { readonly row: Row; readonly beside: string; readonly drawing: HTMLElement }>();

  return (rows) => {
    const focused = list.contains(document.activeElement) ? focusOf(document.activeElement) : undefined;
    const next: typeof drawn = new Map();
    for (const row of rows) {
      const before = drawn.get(keyOf(row));
      const beside = besides(row);
      const isSame = before?.row === row && before.beside === beside;
      next.set(keyOf(row), isSame ? before : { row, beside, drawing: draw(row) });
    }
    drawn = next;
    const wanted = next.size === 0 ? [none] : Array.from(next.values(), ({ drawing }) => drawing);
    if (wanted.length === list.children.length && wanted.every((one, index) => list.children[index] === one)) return;
    list.replaceChildren(...wanted);
    if (focused !== undefined) list.querySelector<HTMLElement>(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  };
}

const focusOf = (focused: Element | null): string | undefined =>
  focused instanceof HTMLElement ? focused.dataset['focus'] : undefined;
