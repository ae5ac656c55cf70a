import { isMap, LineCounter, parseDocument, type Scalar } from 'yaml'

/** Names of members and positions in lists, from the outside to the inside. */
export type Keys = readonly PropertyKey[]

/** A file of YAML or JSON, and where everything in it stands. */
export interface OpenDocument {
  /** What the file says; undefined when it is empty. */
  readonly value: unknown
  /** What is wrong with its syntax, each with its place. */
  readonly errors: readonly string[]
  /** `file:line:column` of a value, or of the innermost one around it that is there. */
  readonly place: (keys: Keys) => string
  /** Where a member's name stands, for one that should not be there. */
  readonly placeOfName: (keys: Keys) => string
}

/** Reads a text of YAML; JSON is YAML as well. */
export function openDocument(text: string, path: string): OpenDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${path}:${line}:${col}`
  }
  const place = (keys: Keys): string => {
    for (let depth = keys.length; depth > 0; depth -= 1) {
      const node = document.getIn(keys.slice(0, depth), true) as { range?: [number] } | undefined
      if (node?.range !== undefined) return at(node.range[0])
    }
    return at(document.contents?.range?.[0] ?? 0)
  }
  const placeOfName = (keys: Keys): string => {
    const parent = keys.length > 1 ? document.getIn(keys.slice(0, -1), true) : document.contents
    const pairs = isMap<Scalar>(parent) ? parent.items : []
    const offset = pairs.find(({ key }) => key.value === keys.at(-1))?.key.range?.[0]
    return offset === undefined ? place(keys) : at(offset)
  }
  const errors = document.errors.map(
    (error) => `${at(error.pos[0])}: ${error.message.split('\n', 1)[0]}`,
  )
  const none = { value: undefined, place, placeOfName }
  if (errors.length > 0) return { ...none, errors }
  try {
    return { ...none, value: document.toJS(), errors }
  } catch (error) {
    // Aliases of aliases can stand for more than memory holds; the parser counts them.
    const message = error instanceof Error ? error.message : String(error)
    return { ...none, errors: [`${at(0)}: ${message}`] }
  }
}
