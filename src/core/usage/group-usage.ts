import {
  addUsage,
  splitOffer,
  type UsageRow,
  type UsageSeries,
  type UsageSums,
} from './usage-sums.ts'

/** What usage can be told apart by, besides time, in the words of the wire. */
export const usageFields = [
  'provider',
  'model',
  'operation',
  'size',
  'quality',
  'purpose',
  'key',
  'tenant',
] as const
/** See {@link usageFields}. */
export type UsageField = (typeof usageFields)[number]

const readers: { readonly [Field in UsageField]: (series: UsageSeries) => string } = {
  provider: ({ offer }) => splitOffer(offer).provider,
  model: ({ offer }) => splitOffer(offer).model,
  operation: ({ operation }) => operation,
  size: ({ size }) => size,
  quality: ({ quality }) => quality,
  purpose: ({ purpose }) => purpose,
  key: ({ keyId }) => keyId,
  tenant: ({ tenant }) => tenant,
}

/** What a series has in a field; empty when there is none. */
export const fieldOf = (series: UsageSeries, field: UsageField): string => readers[field](series)

/** Usage of all series that have the same values in the fields asked for. */
export interface UsageGroup {
  /** One for each field, in the order asked for. */
  readonly values: readonly string[]
  readonly sums: UsageSums
}

/** Adds up series that do not differ in the fields, in the order of their values. */
export function groupUsage(
  rows: readonly UsageRow[],
  fields: readonly UsageField[],
): readonly UsageGroup[] {
  const groups = new Map<string, UsageGroup>()
  for (const { series, sums } of rows) {
    const values = fields.map((field) => fieldOf(series, field))
    const name = JSON.stringify(values)
    const known = groups.get(name)
    groups.set(name, known === undefined ? { values, sums } : add(known, sums))
  }
  return [...groups.values()].sort((left, right) => compareValues(left.values, right.values))
}

const add = ({ values, sums }: UsageGroup, more: UsageSums): UsageGroup => ({
  values,
  sums: addUsage(sums, more),
})

/** Order of lists of texts, by their first difference. */
export function compareValues(left: readonly string[], right: readonly string[]): number {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? ''
    if (value !== other) return value < other ? -1 : 1
  }
  return 0
}
