/** The ways in which programs write a value down: as it is, and as JSON, a URL, base64 or hexadecimal digits have it. */

/** Shorter values would blank out ordinary text and hide nothing. */
const shortestValue = 4;
/** Of what an encoding makes of a value, less than this says too little to be told from other text. */
const shortestForm = 8;

export function writtenForms(value: string): readonly string[] {
  if (value.length < shortestValue) return [];
  const bytes = new TextEncoder().encode(value);
  const encoded = [
    ...lines(value),
    ...jsonForms(value),
    ...urlForms(value),
    ...base64Forms(bytes),
    ...hexForms(bytes),
  ].filter((form) => form.length >= shortestForm);
  return [...new Set([value, ...encoded])];
}

/** A key of several lines is often printed in parts. */
function lines(value: string): readonly string[] {
  const each = value.split(/\r?\n/).map((line) => line.trim());
  return each.length > 1 ? each : [value.trim()];
}

function jsonForms(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  // Some writers escape the slash, and all that is not ASCII.
  const ascii = json.replace(
    /[\u0080-\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [json, ascii, json.replaceAll('/', '\\/'), JSON.stringify(json).slice(1, -1)];
}

function urlForms(value: string): readonly string[] {
  // A lone half of a pair has no form in a URL.
  const component = encodeURIComponent(value.toWellFormed());
  const strict = component.replace(
    /[!'()*~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const upper = [component, strict, component.replaceAll('%20', '+'), strict.replaceAll('%20', '+')];
  return [...upper, ...upper.map((form) => form.replace(/%../g, (code) => code.toLowerCase()))];
}

/**
 * In the middle of a longer text the characters depend on where the value begins: one form for each of the three
 * places, without the characters at its ends that the neighbours have a part in.
 */
function base64Forms(bytes: Uint8Array): readonly string[] {
  const forms = [base64(bytes)];
  for (const before of [0, 1, 2]) {
    const shifted = new Uint8Array(before + bytes.length);
    shifted.set(bytes, before);
    const text = base64(shifted).replace(/=+$/, '');
    const mixedHead = before === 0 ? 0 : before + 1;
    const mixedTail = shifted.length % 3 === 0 ? 0 : 1;
    forms.push(text.slice(mixedHead, text.length - mixedTail));
  }
  return [
    ...forms,
    ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')),
  ];
}

const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

function hexForms(bytes: Uint8Array): readonly string[] {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex, hex.toUpperCase()];
}
