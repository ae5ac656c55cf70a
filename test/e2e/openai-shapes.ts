import { Ajv2020 } from 'ajv/dist/2020.js'
import openai from '../data/openai/openai-images-subset.json' with { type: 'json' }

/** Schemas of OpenAI's description that answers of ours are checked with. */
export type Shape =
  | 'ImagesResponse'
  | 'ErrorResponse'
  | 'Model'
  | 'ListModelsResponse'
  | 'ImageGenPartialImageEvent'
  | 'ImageGenCompletedEvent'
  | 'ImageEditPartialImageEvent'
  | 'ImageEditCompletedEvent'
  | 'UsageResponse'

/** Closed lists that OpenAI's own newer models exceed, so only the type is checked. */
const OPEN_LISTS = ['size', 'quality']

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
ajv.addSchema({ $id: 'openai', components: { schemas: openOf(openai.components.schemas) } })

/** A copy without the closed lists that real answers exceed. */
function openOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(openOf)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const opened = openOf(member) as Record<string, unknown>
      if (!OPEN_LISTS.includes(name) || typeof opened !== 'object') return [name, opened]
      const { enum: _, ...rest } = opened
      return [name, rest]
    }),
  )
}

/** What is wrong with a value by OpenAI's own schema, one line each; nothing when it fits. */
export function shapeFlaws(shape: Shape, value: unknown): readonly string[] {
  const validate = ajv.getSchema(`openai#/components/schemas/${shape}`)
  if (validate === undefined) throw new TypeError(`no schema ${shape}`)
  const flaws = validate(value) === true ? [] : (validate.errors ?? [])
  const nulls = WITH_NULLS.includes(shape) ? [] : nullPaths(value)
  return [
    ...flaws.map(({ instancePath, message }) => `${instancePath} ${message}`),
    ...nulls.map((path) => `${path} is null instead of absent`),
  ]
}

/** Shapes whose members OpenAI itself answers as null. */
const WITH_NULLS: readonly Shape[] = ['ErrorResponse', 'UsageResponse']

/** Members that may be null in OpenAI's answers too. */
const NULLABLE = ['shutdown_date']

/** Absent fields are left out: clients of other languages read null as a value. */
function nullPaths(value: unknown, path = ''): readonly string[] {
  if (value === null) return [path]
  if (typeof value !== 'object') return []
  return Object.entries(value)
    .filter(([name]) => name !== 'keeprate' && !NULLABLE.includes(name))
    .flatMap(([name, member]) => nullPaths(member, `${path}/${name}`))
}
