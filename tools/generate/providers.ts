import type { Model, ModelAlias, SizeRule } from '../../src/core/catalog/model.ts'
import type { PriceRow } from '../../src/core/pricebook/price-row.ts'
import type { Size } from '../../src/core/request/image-request.ts'
import { emulations } from '../../src/core/request/operation.ts'
import type { ProviderDefinition } from '../../src/providers/shared/definition.ts'
import type { GeneratedFile } from './generated-file.ts'
import { isObject } from './json-schema.ts'
import { code, codes, markdownDocument, markdownTable } from './markdown.ts'

const INTRODUCTION = `Every provider that ships, with its models and the prices that the gateway
quotes, holds and settles with. Days are UTC; on the day it is shut down a model is gone. A price
row that names nothing under "for" holds for all calls of its operation, else the most specific
row wins. Confidence says how sure the reading of the source is; \`derived\` means worked out from
other published figures. The fields of the prices are explained in
[price-structures.md](price-structures.md).`

const OWN_SERVER = `A kind of server of your own. These are models and prices of the emulated one;
yours has those of its configuration.`

/** `docs/providers.md`: providers, models, names that lead to them, prices with their sources. */
export async function providersDocument(): Promise<GeneratedFile> {
  // Imported late: the registry is a generated file too, and may be written by the same run.
  const { providers } = await import('../../src/providers/registry.generated.ts')
  return {
    path: 'docs/providers.md',
    content: markdownDocument('Providers', 'the folders of src/providers', [
      INTRODUCTION,
      ...providers.flatMap(describe),
    ]),
  }
}

const describe = (provider: ProviderDefinition): readonly string[] => [
  `## ${provider.displayName}`,
  ...(provider.availability === 'self_hosted' ? [OWN_SERVER] : []),
  `Id ${code(provider.id)}, at ${provider.origin.baseUrl}, key in ` +
    `${code(provider.origin.apiKeyVariable)}. See its ` +
    `[README](../src/providers/${provider.id}/README.md).`,
  '### Models',
  modelTable(provider.models),
  ...(provider.aliases.length === 0
    ? []
    : ['### Other names that lead to them', aliasTable(provider.aliases)]),
  '### Prices',
  priceTable(provider.prices),
  ...unpricedModels(provider),
]

const MODEL_HEAD = ['model', 'operations', 'tier', 'sizes', 'qualities', 'per call', 'life']

const modelTable = (models: readonly Model[]): string =>
  markdownTable([
    MODEL_HEAD,
    ...models.map((model) => [
      codes([model.id, ...model.otherNames]),
      printOperations(model),
      model.tier,
      printSizes(model.sizes),
      model.qualities.join(', ') || '–',
      String(model.maxImagesPerCall),
      printLife(model),
    ]),
  ])

const printOperations = ({ operations, emulates = [] }: Model): string =>
  [...operations, ...emulates.map((name) => `${name} (by ${emulations[name]})`)].join(', ')

const printSize = ({ width, height }: Size): string => `${width}x${height}`

const printCount = (count: number): string => count.toLocaleString('en-US')

function printSizes(rule: SizeRule): string {
  switch (rule.kind) {
    case 'list':
      return rule.sizes.map(printSize).join(', ')
    case 'aspect':
      return `${rule.aspects.join(', ')}, about ${printPixels(rule)} pixels`
    case 'free':
      return (
        `multiples of ${rule.multipleOf}, ${printCount(rule.minPixels)} to ` +
        `${printCount(rule.maxPixels)} pixels, edges to ${rule.maxEdge}, up to ${rule.maxRatio}:1`
      )
  }
}

const printPixels = ({ pixels, classes }: Extract<SizeRule, { kind: 'aspect' }>): string =>
  classes?.map((listed) => `${printCount(listed.pixels)} (${listed.name})`).join(', ') ??
  printCount(pixels)

function printLife({ lifecycle, isFictional }: Model): string {
  const { availableFrom, deprecatedAt, shutdownAt, replacement } = lifecycle
  const parts = [
    isFictional === true ? 'fictional' : undefined,
    availableFrom && `since ${availableFrom}`,
    deprecatedAt && `deprecated ${deprecatedAt}`,
    shutdownAt && `shut down ${shutdownAt}`,
    replacement && `then ${code(replacement)}`,
  ]
  return parts.filter(Boolean).join(', ') || '–'
}

const aliasTable = (aliases: readonly ModelAlias[]): string =>
  markdownTable([
    ['name', 'leads to', 'since', 'what is said to callers'],
    ...aliases.map(({ name, target, from, note }) => [code(name), code(target), from, note]),
  ])

const PRICE_HEAD = ['model', 'operation', 'for', 'price', 'valid', 'source', 'confidence', 'note']

const priceTable = (rows: readonly PriceRow[]): string =>
  markdownTable([
    PRICE_HEAD,
    ...groupedByPrice(rows).map(([row, operations]) => [
      code(modelOf(row)),
      operations.join(', '),
      printSelector(row.when),
      [...row.components, ...(row.modifiers ?? [])].map(printComponent).join(' + '),
      row.valid_to === null ? `from ${row.valid_from}` : `${row.valid_from} to ${row.valid_to}`,
      `${printSource(row.source.url)}, read ${row.source.read_at}`,
      row.source.confidence,
      row.source.note ?? '',
    ]),
  ])

const modelOf = ({ offer }: PriceRow): string => offer.slice(offer.indexOf('/') + 1)

/** Rows that differ only in their operation, as one row with all operations. */
function groupedByPrice(
  rows: readonly PriceRow[],
): readonly (readonly [PriceRow, readonly string[]])[] {
  const groups = Map.groupBy(rows, ({ operation: _, ...rest }) => JSON.stringify(rest))
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [[first, [first, ...others].map(({ operation }) => operation)] as const],
  )
}

function unpricedModels({ models, prices }: ProviderDefinition): readonly string[] {
  const priced = new Set(prices.map((row) => modelOf(row).split('@')[0]))
  const names = models.map(({ id }) => id).filter((id) => !priced.has(id))
  return names.length === 0 ? [] : [`Without a price, hence not called: ${codes(names)}.`]
}

const printSelector = (when: PriceRow['when']): string =>
  Object.entries(when)
    .flatMap(([name, value]) => (value == null ? [] : [`${name} ${value}`]))
    .join(', ') || 'all'

const printComponent = ({ kind, ...fields }: { readonly kind: string }): string => {
  const printed = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${printValue(value)}`)
  return `${code(kind)} ${printed.join(', ')}`
}

/** A rate, a list of axes, or a table of rates. Null is a rate that is not known. */
function printValue(value: unknown): string {
  if (value === null) return 'unknown'
  if (Array.isArray(value)) return value.join(' and ')
  if (!isObject(value)) return String(value)
  const cells = Object.entries(value).map(([name, cell]) => `${name} ${printValue(cell)}`)
  return `(${cells.join('; ')})`
}

const printSource = (url: string): string =>
  url.startsWith('http') ? `[${new URL(url).hostname}](${url})` : code(url)
