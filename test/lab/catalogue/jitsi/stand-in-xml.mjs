// Reads a stanza into elements, and writes text and attributes so that they stay what they are.
import { escapeXml, unescapeXml } from "./stand-in-xmpp.mjs";

const PART = /<(\/?)([A-Za-z_][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:'[^']*'|"[^"]*"))*)\s*(\/?)>|([^<]+)/g;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:'([^']*)'|"([^"]*)")/g;

/** `{ name, attributes, children, text }`; an element without `xmlns` of its own has its parent's. */
export function parseXml(source) {
  const top = { name: "", attributes: {}, children: [], text: "" };
  const open = [top];
  for (const [, closing, name, attributes, empty, text] of source.matchAll(PART)) {
    const parent = open[open.length - 1];
    if (text !== undefined) parent.text += unescapeXml(text);
    else if (closing !== "") open.pop();
    else {
      const element = { name, attributes: attributesOf(attributes), children: [], text: "" };
      element.attributes.xmlns ??= parent.attributes.xmlns;
      parent.children.push(element);
      if (empty === "") open.push(element);
    }
    if (open.length === 0) break;
  }
  if (open.length !== 1 || top.children.length !== 1)
    throw new Error(`not a stanza: ${source.slice(0, 200)}`);
  return top.children[0];
}

function attributesOf(source) {
  const pairs = [...source.matchAll(ATTRIBUTE)].map(([, name, single, double]) => [
    name,
    unescapeXml(single ?? double),
  ]);
  return Object.fromEntries(pairs);
}

/** The first child of that name, in that namespace when one is given. */
export function child(element, name, xmlns) {
  return element?.children.find(
    (one) => one.name === name && (xmlns === undefined || one.attributes.xmlns === xmlns),
  );
}

export function childrenOf(element, name) {
  return element?.children.filter((one) => one.name === name) ?? [];
}

/** XML of an element. Attributes that are undefined are left out; `content` is XML already. */
export function xml(name, attributes, ...content) {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}='${escapeXml(String(value))}'`)
    .join("");
  const inside = content.flat().join("");
  return inside === "" ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>`;
}
