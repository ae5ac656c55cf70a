import type { Keys, OpenDocument } from './open-document.ts'

/** Whitespace and punctuation between values. */
const GAP = /[\s,:]*/y
const STRING = /"(?:[^"\\]|\\.)*"/y
const PLAIN = /[^\s,:[\]{}"]+/y

/**
 * Reads a large JSON file at the speed of the engine. Places are looked up in the text only when
 * somebody asks: a parser that remembers them all takes seconds for thousands of prices.
 */
export function openLargeJson(text: string, path: string): OpenDocument {
  const at = (offset: number): string => {
    const before = text.slice(0, offset)
    const line = before.split('\n').length
    return `${path}:${line}:${offset - before.lastIndexOf('\n')}`
  }
  try {
    const value: unknown = JSON.parse(text)
    const place = (keys: Keys): string => at(offsetOf(text, keys).value)
    const placeOfName = (keys: Keys): string => at(offsetOf(text, keys).name)
    return { value, errors: [], place, placeOfName }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const offset = Number(/position (\d+)/.exec(message)?.[1] ?? 0)
    const errors = [`${at(offset)}: ${message.split(' in JSON', 1)[0]}`]
    return { value: undefined, errors, place: () => at(0), placeOfName: () => at(0) }
  }
}

/** Where the innermost value and name of a path that are there begin. */
function offsetOf(text: string, keys: Keys): { readonly value: number; readonly name: number } {
  let value = skip(text, 0, GAP)
  let name = value
  for (const key of keys) {
    const found = text[value] === '[' ? item(text, value, Number(key)) : member(text, value, key)
    if (found === undefined) return { value, name: value }
    value = found.value
    name = found.name
  }
  return { value, name }
}

type Place = { readonly value: number; readonly name: number } | undefined

function item(text: string, start: number, wanted: number): Place {
  let offset = skip(text, start + 1, GAP)
  for (let index = 0; text[offset] !== ']'; index += 1) {
    if (index === wanted) return { value: offset, name: offset }
    offset = skip(text, endOf(text, offset), GAP)
  }
  return undefined
}

function member(text: string, start: number, wanted: PropertyKey): Place {
  if (text[start] !== '{') return undefined
  let offset = skip(text, start + 1, GAP)
  while (text[offset] !== '}') {
    const end = endOf(text, offset)
    const value = skip(text, end, GAP)
    if (JSON.parse(text.slice(offset, end)) === wanted) return { value, name: offset }
    offset = skip(text, endOf(text, value), GAP)
  }
  return undefined
}

/** The end of the value that begins here; the text is known to be JSON. */
function endOf(text: string, start: number): number {
  let depth = 0
  let offset = start
  do {
    const sign = text[offset]
    if (sign === '"') offset = skip(text, offset, STRING)
    else if (sign === '{' || sign === '[' || sign === '}' || sign === ']') {
      depth += sign === '{' || sign === '[' ? 1 : -1
      offset += 1
    } else offset = skip(text, offset, PLAIN)
    if (depth > 0) offset = skip(text, offset, GAP)
  } while (depth > 0)
  return offset
}

function skip(text: string, offset: number, pattern: RegExp): number {
  pattern.lastIndex = offset
  return pattern.test(text) ? pattern.lastIndex : offset
}
