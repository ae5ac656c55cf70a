import { dollarsFromNano } from '../../src/core/money.ts'
import { rate } from '../../src/core/pricing/rate.ts'
import {
  componentSchema,
  describeStructures,
  type StructureDescription,
} from '../../src/core/pricing/structures/index.ts'
import type { GeneratedFile } from './generated-file.ts'
import { isObject, membersOf, toJsonSchema } from './json-schema.ts'
import { jsonText } from './json-text.ts'
import { code, codeBlock, markdownDocument, markdownTable } from './markdown.ts'

const INTRODUCTION = `A price row of an offer holds one or more components; each adds its lines to
the charge. A component has a \`kind\`, which names its price structure, and the rates of that
structure. Rates are dollars as decimal strings. A rate that is null or absent is unknown, never
free: usage that needs it has no price, and an offer without a price is not called. The examples
below are executed by a test.`

/** `docs/price-structures.md`: every structure, its fields, and a worked example. */
export function priceStructuresDocument(): GeneratedFile {
  const schemas = componentSchemas()
  return {
    path: 'docs/price-structures.md',
    content: markdownDocument('Price structures', 'src/core/pricing/structures', [
      INTRODUCTION,
      ...describeStructures().flatMap((structure) => describe(structure, schemas)),
    ]),
  }
}

/** The JSON Schema of each kind of component. */
function componentSchemas(): readonly Record<string, unknown>[] {
  const { oneOf, anyOf } = toJsonSchema(componentSchema)
  const schemas = [oneOf, anyOf].find(Array.isArray) ?? []
  if (schemas.length === 0) throw new TypeError('the schema of components is no union any more')
  return schemas.filter(isObject)
}

function describe(
  { kind, title, summary, example }: StructureDescription,
  schemas: readonly Record<string, unknown>[],
): readonly string[] {
  const schema = schemas.find((candidate) => {
    const { kind: literal } = membersOf(candidate)
    return isObject(literal) && literal.const === kind
  })
  if (schema === undefined) throw new TypeError(`there is no schema of ${kind}`)
  const required = Array.isArray(schema.required) ? schema.required : []
  const fields = Object.keys(membersOf(schema))
    .filter((name) => name !== 'kind')
    .map((name) => (required.includes(name) ? code(name) : `${code(name)} (optional)`))
  return [
    `## ${title}`,
    `${code(kind)}. ${summary}`,
    `Fields: ${fields.join(', ')}.`,
    `Example: ${example.title} (${example.source}).`,
    codeBlock('json', jsonText(example.component)),
    `Usage ${code(JSON.stringify(example.usage))} costs:`,
    linesOf(example),
  ]
}

function linesOf({ component, usage }: StructureDescription['example']): string {
  const rated = rate({ components: [component] }, usage)
  if (!rated.ok) throw new TypeError(`an example has no price: ${rated.reason.text}`)
  const { lines, totalNano } = rated.charge
  return markdownTable([
    ['line', 'quantity', 'unit', 'rate', 'amount'],
    ...lines.map((line) => [
      line.label,
      line.quantity,
      line.unit,
      `$${line.rate}`,
      `$${dollarsFromNano(line.amountNano)}`,
    ]),
    ['**total**', '', '', '', `**$${dollarsFromNano(totalNano)}**`],
  ])
}
