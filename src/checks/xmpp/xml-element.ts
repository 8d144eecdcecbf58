/** Reads one small XML element strictly: no DTD, no processing instructions, no entities but the five predefined. */

export interface XmlElement {
  /** Local name, without a prefix. */
  readonly name: string;
  /** Namespace, resolved; empty when none is declared. */
  readonly namespace: string;
  /** Attributes by their name as written; namespace declarations are left out. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Text directly inside, entities resolved. */
  readonly text: string;
}

/** Limits for what a foreign server may send in one element. */
const MAXIMUM_LENGTH = 65_536;
const MAXIMUM_DEPTH = 16;

const NAME = "[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?";
const START_TAG = `<(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>`;
const END_TAG = `</(${NAME})\\s*>`;
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, "g");

type Namespaces = ReadonlyMap<string, string>;

/** The element, or undefined when the text is anything else than one well-formed element. */
export function readXmlElement(text: string): XmlElement | undefined {
  if (text.length > MAXIMUM_LENGTH) return undefined;
  const reader = new XmlReader(text.trim());
  const element = reader.element(new Map([["xml", "http://www.w3.org/XML/1998/namespace"]]), 0);
  return reader.atEnd() ? element : undefined;
}

/** The first child of that name and namespace. */
export function childOf(parent: XmlElement, name: string, namespace: string): XmlElement | undefined {
  return parent.children.find((child) => child.name === name && child.namespace === namespace);
}

class XmlReader {
  readonly #text: string;
  readonly #startTag = new RegExp(START_TAG, "y");
  readonly #endTag = new RegExp(END_TAG, "y");
  readonly #characters = /[^<]+/y;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  element(outer: Namespaces, depth: number): XmlElement | undefined {
    const start = depth > MAXIMUM_DEPTH ? undefined : this.#take(this.#startTag);
    if (start === undefined) return undefined;
    const [, tag = "", attributeText = "", selfClosing] = start;
    const written = readAttributes(attributeText);
    if (written === undefined) return undefined;
    const namespaces = new Map([...outer, ...declaredNamespaces(written)]);
    const [prefix, name] = splitName(tag);
    const namespace = namespaces.get(prefix);
    if (namespace === undefined && prefix !== "") return undefined;
    const plain = Object.entries(written).filter(([key]) => key !== "xmlns" && !key.startsWith("xmlns:"));
    const head = { name, namespace: namespace ?? "", attributes: Object.fromEntries(plain) };
    if (selfClosing === "/") return { ...head, children: [], text: "" };
    const content = this.#content(tag, namespaces, depth);
    return content === undefined ? undefined : { ...head, ...content };
  }

  #content(
    tag: string,
    namespaces: Namespaces,
    depth: number,
  ): Pick<XmlElement, "children" | "text"> | undefined {
    const children: XmlElement[] = [];
    let text = "";
    for (;;) {
      const characters = this.#take(this.#characters)?.[0];
      if (characters !== undefined) {
        const resolved = resolveEntities(characters);
        if (resolved === undefined) return undefined;
        text += resolved;
        continue;
      }
      const end = this.#take(this.#endTag);
      if (end !== undefined) return end[1] === tag ? { children, text } : undefined;
      const child = this.element(namespaces, depth + 1);
      if (child === undefined) return undefined;
      children.push(child);
    }
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }
}

/** Undefined when an attribute is there twice or holds an unknown entity. */
function readAttributes(text: string): Readonly<Record<string, string>> | undefined {
  const attributes = new Map<string, string>();
  for (const [, name = "", double, single] of text.matchAll(ATTRIBUTE)) {
    const value = resolveEntities(double ?? single ?? "");
    if (value === undefined || attributes.has(name)) return undefined;
    attributes.set(name, value);
  }
  return Object.fromEntries(attributes);
}

function declaredNamespaces(
  attributes: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    if (name === "xmlns") return [["", value] as const];
    return name.startsWith("xmlns:") ? [[name.slice(6), value] as const] : [];
  });
}

function splitName(tag: string): readonly [string, string] {
  const colon = tag.indexOf(":");
  return colon < 0 ? ["", tag] : [tag.slice(0, colon), tag.slice(colon + 1)];
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** Undefined for any entity but the predefined and numeric ones. */
function resolveEntities(text: string): string | undefined {
  let valid = true;
  const resolved = text.replace(/&(?:(\w+)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));|&/g, (_, name, decimal, hex) => {
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number.parseInt(decimal, 10);
    const named = name === undefined ? undefined : ENTITIES.get(name);
    if (named !== undefined) return named;
    if (code > 0 && code <= 0x10ffff) return String.fromCodePoint(code);
    valid = false;
    return "";
  });
  return valid ? resolved : undefined;
}
