/** Reads one small XML element strictly and in linear time: no DTD, no processing instructions, no entities but the five predefined. */
import { resolveReferences, splitName, XML_CHARACTERS } from "./xml-text.ts";

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

/** White space of XML (production S), which is less than that of a regular expression's `\s`. */
const S = "[ \\t\\r\\n]";
/** ASCII only: XMPP and what runs over it name nothing otherwise. */
const NAME = "[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?";
const START_TAG = `<(${NAME})((?:${S}+${NAME}${S}*=${S}*(?:"[^"<]*"|'[^'<]*'))*)${S}*(/?)>`;
const END_TAG = `</(${NAME})${S}*>`;
const ATTRIBUTE = new RegExp(`(${NAME})${S}*=${S}*(?:"([^"]*)"|'([^']*)')`, "g");

/** Declarations of one element and of those around it: linked, not copied, so that many of them cost nothing. */
interface Scope {
  readonly outer: Scope | undefined;
  readonly declared: ReadonlyMap<string, string>;
}

const XML_SCOPE: Scope = {
  outer: undefined,
  declared: new Map([["xml", "http://www.w3.org/XML/1998/namespace"]]),
};

/**
 * The element, or undefined when the text is anything else than one well-formed element.
 * `surroundings` are declarations of a stream's header, prefix to namespace: RFC 6120 section 4.8.
 */
export function readXmlElement(
  text: string,
  surroundings?: ReadonlyMap<string, string>,
): XmlElement | undefined {
  if (text.length > MAXIMUM_LENGTH || !XML_CHARACTERS.test(text)) return undefined;
  const reader = new XmlReader(text);
  const scope = surroundings === undefined ? XML_SCOPE : { outer: XML_SCOPE, declared: surroundings };
  reader.space();
  const element = reader.element(scope, 0);
  reader.space();
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
  readonly #space = new RegExp(`${S}*`, "y");
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  space(): void {
    this.#take(this.#space);
  }

  element(outer: Scope, depth: number): XmlElement | undefined {
    const start = depth > MAXIMUM_DEPTH ? undefined : this.#take(this.#startTag);
    if (start === undefined) return undefined;
    const [, tag = "", attributeText = "", selfClosing] = start;
    const written = readAttributes(attributeText);
    if (written === undefined) return undefined;
    const scope = scopeOf(written, outer);
    if (scope === undefined) return undefined;
    const plain = [...written].filter(([name]) => !isDeclaration(name));
    if (!plain.every(([name]) => isKnown(splitName(name)[0], scope))) return undefined;
    const [prefix, name] = splitName(tag);
    const namespace = namespaceOf(prefix, scope);
    if (namespace === undefined && prefix !== "") return undefined;
    const head = { name, namespace: namespace ?? "", attributes: Object.fromEntries(plain) };
    if (selfClosing === "/") return { ...head, children: [], text: "" };
    const content = this.#content(tag, scope, depth);
    return content === undefined ? undefined : { ...head, ...content };
  }

  #content(tag: string, scope: Scope, depth: number): Pick<XmlElement, "children" | "text"> | undefined {
    const children: XmlElement[] = [];
    const texts: string[] = [];
    for (;;) {
      const characters = this.#take(this.#characters)?.[0];
      if (characters !== undefined) {
        const resolved = characters.includes("]]>") ? undefined : resolveReferences(characters);
        if (resolved === undefined) return undefined;
        texts.push(resolved);
        continue;
      }
      const end = this.#take(this.#endTag);
      if (end !== undefined) return end[1] === tag ? { children, text: texts.join("") } : undefined;
      const child = this.element(scope, depth + 1);
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
function readAttributes(text: string): ReadonlyMap<string, string> | undefined {
  const attributes = new Map<string, string>();
  for (const [, name = "", double, single] of text.matchAll(ATTRIBUTE)) {
    const value = resolveReferences((double ?? single ?? "").replace(/[\t\r\n]/g, " "));
    if (value === undefined || attributes.has(name)) return undefined;
    attributes.set(name, value);
  }
  return attributes;
}

function isDeclaration(name: string): boolean {
  return name === "xmlns" || name.startsWith("xmlns:");
}

/** Undefined for a declaration that Namespaces in XML 1.0 section 3 forbids. */
function scopeOf(attributes: ReadonlyMap<string, string>, outer: Scope): Scope | undefined {
  const declared = new Map<string, string>();
  for (const [name, value] of attributes) {
    if (!isDeclaration(name)) continue;
    const prefix = name === "xmlns" ? "" : name.slice("xmlns:".length);
    if (prefix === "xml" || prefix === "xmlns" || (prefix !== "" && value === "")) return undefined;
    declared.set(prefix, value);
  }
  return declared.size === 0 ? outer : { outer, declared };
}

function namespaceOf(prefix: string, scope: Scope): string | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const found = at.declared.get(prefix);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An attribute without a prefix is in no namespace. */
function isKnown(prefix: string, scope: Scope): boolean {
  return prefix === "" || namespaceOf(prefix, scope) !== undefined;
}
