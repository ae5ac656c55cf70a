import { isObject } from '../../core/json.ts'

type Body = Readonly<Record<string, unknown>>

/** One entry of FastAPI's `detail` list. */
export interface FieldProblem {
  readonly type: string
  readonly loc: readonly string[]
  readonly msg: string
  readonly input?: unknown
}

const MAX_REFERENCES = 4

const known: readonly string[] = [
  ...['generation_type', 'model', 'prompt', 'aspect_ratio', 'format', 'callback_url', 'sync'],
  ...['sync_timeout', 'image_ref', 'style_ref', 'character_ref', 'modify_image_ref'],
]

const problem = (name: string, type: string, msg: string, input?: unknown): FieldProblem => ({
  type,
  loc: ['body', name],
  msg,
  ...(input === undefined ? {} : { input }),
})

/** What is wrong with a body, in FastAPI's words; undefined when nothing is. */
export function flawOf(body: Body, shapes: readonly string[]): FieldProblem | undefined {
  const stranger = Object.keys(body).find((name) => !known.includes(name))
  if (stranger !== undefined) {
    return problem(stranger, 'extra_forbidden', 'Extra inputs are not permitted')
  }
  const { prompt, aspect_ratio: shape = '16:9', format = 'jpg' } = body
  if (typeof prompt !== 'string' || prompt === '')
    return problem('prompt', 'missing', 'Field required')
  if (!shapes.includes(String(shape))) {
    return problem('aspect_ratio', 'enum', `Input should be ${shapes.join(', ')}`, shape)
  }
  if (format !== 'jpg' && format !== 'png') {
    return problem('format', 'enum', 'Input should be jpg or png', format)
  }
  return flawOfReferences(body, 'image_ref') ?? flawOfReferences(body, 'style_ref')
}

/** References are links only. */
function flawOfReferences(body: Body, name: string): FieldProblem | undefined {
  const list = body[name]
  if (list === undefined) return undefined
  const isList = Array.isArray(list) && list.length > 0 && list.length <= MAX_REFERENCES
  if (!isList) return problem(name, 'list_type', 'Input should be a list of one to four')
  const isLinked = list.every((entry) => isObject(entry) && /^https:/.test(String(entry.url)))
  return isLinked ? undefined : problem(name, 'url_type', 'Input should be a valid URL')
}
