import { dollarsFromNano, sumNano } from '../../src/core/money.ts'
import { monthBill } from '../../src/core/pricebook/month-bill.ts'
import { describeTerms, termSchema } from '../../src/core/pricebook/terms/index.ts'
import type { ChargeLine } from '../../src/core/pricing/charge.ts'
import { describeModifiers, modifierSchema } from '../../src/core/pricing/modifiers/index.ts'
import { type Price, rate } from '../../src/core/pricing/rate.ts'
import { componentSchema, describeStructures } from '../../src/core/pricing/structures/index.ts'
import type { Usage } from '../../src/core/pricing/usage.ts'
import type { GeneratedFile } from './generated-file.ts'
import { isObject, membersOf, toJsonSchema } from './json-schema.ts'
import { jsonText } from './json-text.ts'
import { code, codeBlock, markdownDocument, markdownTable } from './markdown.ts'

const INTRODUCTION = `A price row of an offer holds one or more components; each adds its lines to
the charge. A component has a \`kind\`, which names its price structure, and the rates of that
structure. Rates are dollars as decimal strings. A rate that is null or absent is unknown, never
free: usage that needs it has no price, and an offer without a price is not called. The examples
below are executed by a test.

A row may also have [modifiers](#modifiers), which change what the components come to. What a
contract bills by the month is no part of a row: see [monthly terms](#monthly-terms). Prices that
change on a day are two rows with \`valid_from\` and \`valid_to\`; which outcomes are billed is
\`billed_on\` of the row; what the provider itself reports wins when a call is settled. What a way
of getting a picture costs (a cascade, drafts, a cache, attempts until one is accepted) is computed
from prices by the functions in \`src/core/pricing/strategies\`.`

const MODIFIERS = `Modifiers stand in the list \`modifiers\` of a row, each kind at most once, and
are applied in the order below, whatever their order in the row. Each adds a line of its own to the
charge, negative for a discount; a currency converts the lines. A fee for an add-on needs its count
in the usage, if only a zero, and a service tier without a price is refused.`

const TERMS = `Terms of contracts bill a month and never a call. For each the bill has its total,
the marginal cost of one more image, which decides where the next picture is made, and the effective
cost of an image, which is for reports.`

/** `docs/price-structures.md`: structures, modifiers and terms with fields and worked examples. */
export function priceStructuresDocument(): GeneratedFile {
  const [components, modifiers, terms] = [componentSchema, modifierSchema, termSchema].map(
    (schema) => branchesOf(toJsonSchema(schema)),
  )
  return {
    path: 'docs/price-structures.md',
    content: markdownDocument('Price structures', 'src/core/pricing and src/core/pricebook/terms', [
      INTRODUCTION,
      '## Components',
      ...describeStructures().flatMap((structure) => [
        ...heading(structure, components),
        ...example(structure.example, structure.example.component),
        `Usage ${inlineJson(structure.example.usage)} costs:`,
        chargeOf({ components: [structure.example.component] }, structure.example.usage),
      ]),
      '## Modifiers',
      MODIFIERS,
      ...describeModifiers().flatMap((modifier) => [
        ...heading(modifier, modifiers),
        ...example(modifier.example, modifier.example.modifier),
        ...modifiedCharge(modifier.example),
      ]),
      '## Monthly terms',
      TERMS,
      ...describeTerms().flatMap((term) => [
        ...heading(term, terms),
        ...example(term.example, term.example.term),
        ...billOf(term.example),
      ]),
    ]),
  }
}

type JsonObject = Record<string, unknown>

/** The JSON Schema of each kind of a union. */
function branchesOf({ oneOf, anyOf }: JsonObject): readonly JsonObject[] {
  const branches = [oneOf, anyOf].find(Array.isArray) ?? []
  if (branches.length === 0) throw new TypeError('a schema of kinds is no union any more')
  return branches.filter(isObject)
}

/** Title, kind, summary and fields of one kind. */
function heading(
  described: { readonly kind: string; readonly title: string; readonly summary: string },
  schemas: readonly JsonObject[] = [],
): readonly string[] {
  const { kind, title, summary } = described
  const schema = schemas.find((candidate) => {
    const { kind: literal } = membersOf(candidate)
    return isObject(literal) && literal.const === kind
  })
  if (schema === undefined) throw new TypeError(`there is no schema of ${kind}`)
  const required = Array.isArray(schema.required) ? schema.required : []
  const fields = Object.keys(membersOf(schema))
    .filter((name) => name !== 'kind')
    .map((name) => (required.includes(name) ? code(name) : `${code(name)} (optional)`))
  return [`### ${title}`, `${code(kind)}. ${summary}`, `Fields: ${fields.join(', ')}.`]
}

const example = (
  { title, source }: { readonly title: string; readonly source: string },
  shown: object,
): readonly string[] => [`Example: ${title} (${source}).`, codeBlock('json', jsonText(shown))]

const inlineJson = (value: object): string => code(JSON.stringify(value))

function chargeOf(price: Price, usage: Usage): string {
  const rated = rate(price, usage)
  if (!rated.ok) throw new TypeError(`an example has no price: ${rated.reason.text}`)
  return linesOf(rated.charge.lines)
}

function modifiedCharge({
  base,
  modifier,
  usage,
}: ReturnType<typeof describeModifiers>[number]['example']): readonly string[] {
  return [
    `On ${inlineJson(base)} usage ${inlineJson(usage)} costs:`,
    chargeOf({ components: [base], modifiers: [modifier] }, usage),
  ]
}

function billOf({
  term,
  month,
}: ReturnType<typeof describeTerms>[number]['example']): readonly string[] {
  const billed = monthBill(term, month)
  if (!billed.ok) throw new TypeError(`an example has no bill: ${billed.refusal.text}`)
  const { lines, marginalUsd, effectiveUsd, imagesPerHour } = billed.value
  const facts = [
    marginalUsd === undefined ? 'no more images' : `marginal $${marginalUsd}`,
    ...(effectiveUsd === undefined ? [] : [`effective $${effectiveUsd}`]),
    ...(imagesPerHour === undefined ? [] : [`at most ${imagesPerHour} images an hour`]),
  ]
  return [`A month of ${inlineJson(month)} costs (${facts.join(', ')}):`, linesOf(lines)]
}

function linesOf(lines: readonly ChargeLine[]): string {
  const total = sumNano(lines.map(({ amountNano }) => amountNano))
  return markdownTable([
    ['line', 'quantity', 'unit', 'rate', 'amount'],
    ...lines.map((line) => [
      line.label,
      line.quantity,
      line.unit,
      dollarText(line.rate),
      dollarText(dollarsFromNano(line.amountNano)),
    ]),
    ['**total**', '', '', '', `**${dollarText(dollarsFromNano(total))}**`],
  ])
}

/** `-$0.5`, not `$-0.5`. */
const dollarText = (dollars: string): string =>
  dollars.startsWith('-') ? `-$${dollars.slice(1)}` : `$${dollars}`
