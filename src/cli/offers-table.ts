import { table } from './output.ts'

/** A row of "why this model" as it is answered and stored. */
interface Row {
  readonly offer: string
  readonly variant?: string
  readonly step?: number
  readonly expected_cost?: string
  readonly acceptance?: Readonly<Record<'mean' | 'low' | 'high' | 'own' | 'inherited', number>>
  readonly per_accepted?: string
  readonly per_accepted_with_bad?: string
  readonly p95_s?: number
  readonly load_s?: number
  readonly price?: { readonly read_at?: string; readonly valid_from?: string }
  readonly role?: string
  readonly reason?: string
}

/** What an explanation says of offers: rows, and those of which a receipt keeps the role alone. */
export interface Explained {
  readonly offers: readonly unknown[]
  readonly others?: Readonly<Record<string, readonly string[]>>
}

/**
 * Rows of "why this model" for people. What is only told with its price stands behind those of
 * which more is believed, and is counted; so is what cannot be used.
 * @param isWhole counts nothing but tells all.
 */
export function offersTable({ offers, others }: Explained, isWhole = false): string {
  const far = Object.entries(others ?? {}).flatMap(([role, names]) =>
    names.map((offer): Row => ({ offer, role, expected_cost: '', reason: roleWords(role) })),
  )
  const rows = [...(offers as readonly Row[]), ...far]
  const able = rows.filter(({ expected_cost }) => expected_cost !== undefined)
  const isBelieved = able.some(({ acceptance }) => acceptance !== undefined)
  const isTold = ({ acceptance }: Row): boolean => acceptance !== undefined || !isBelieved
  const [shown, behind] = isWhole
    ? [rows, []]
    : [able.filter(isTold), able.filter((row) => !isTold(row))]
  const unable = isWhole ? [] : rows.filter(({ expected_cost }) => expected_cost === undefined)
  const head = isBelieved ? BELIEVED_HEAD : PRICED_HEAD
  return [
    table([head, ...shown.map((row) => (isBelieved ? believedCells(row) : pricedCells(row)))]),
    ...countsOf(behind, 'more are behind these', ({ role }) => roleWords(role)),
    ...countsOf(unable, 'more cannot be used', ({ reason }) => generalised(String(reason))),
  ].join('\n')
}

/** How the columns of what is believed are read. */
export const TABLE_LEGEND = [
  'accepted  share that is kept, and where it lies with a chance of 80 %',
  'n         verdicts on pictures alike, and + on other pictures of the model; prior: none',
  '+ bad     the same with what the bad pictures cost that are shown; offers are ranked by it',
].join('\n')

const PRICED_HEAD = ['', 'offer', 'price', 'price of', 'why']
const BELIEVED_HEAD = [
  ...['', 'offer', 'price', 'price of', 'accepted (80 %)', 'n', '$/accepted', '+ bad', 'p95'],
  'why',
]

const pricedCells = ({ load_s, ...row }: Row): readonly string[] => [
  row.step === undefined ? '' : `${row.step}.`,
  row.variant === undefined ? row.offer : `${row.offer} (${row.variant})`,
  dollars(row.expected_cost),
  row.price?.read_at ?? row.price?.valid_from ?? '',
  `${row.reason ?? ''}${load_s === undefined ? '' : `; loads its model first, ${load_s} s`}`,
]

function believedCells(row: Row): readonly string[] {
  const [step = '', name = '', price = '', date = '', why = ''] = pricedCells(row)
  const { acceptance } = row
  return [
    ...[step, name, price, date],
    acceptance === undefined
      ? ''
      : `${share(acceptance.mean)} (${share(acceptance.low)}–${share(acceptance.high)})`,
    acceptance === undefined ? '' : countOf(acceptance),
    ...[dollars(row.per_accepted), dollars(row.per_accepted_with_bad)],
    row.p95_s === undefined ? '' : `${row.p95_s.toFixed(1)} s`,
    why,
  ]
}

const countOf = ({
  own,
  inherited,
}: {
  readonly own: number
  readonly inherited: number
}): string => (own + inherited === 0 ? 'prior' : `${own}+${inherited}`)

const share = (value: number): string => value.toFixed(2)

/** Rounded for reading; `--json` has every digit. */
const SHORT = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4, useGrouping: false })

/** Dollars as people compare them. */
export const dollars = (amount: string | undefined): string =>
  amount === undefined || amount === '' ? '' : `$${SHORT.format(Number(amount))}`

const ROLES: Readonly<Record<string, string>> = {
  dominated: 'no better than others in price, acceptance or time',
  below_floor: 'below the floor',
  too_slow: 'too slow',
  budget: 'over a budget or cost limit',
  pinned: 'others are fixed',
}
const roleWords = (role: string | undefined): string => ROLES[role ?? ''] ?? 'ranked behind'

/** Reasons that are told; those behind them are rarer. */
const MOST_REASONS = 4

/** What is said of a model by its name, hundreds of times; `--json` has all of it. */
const GENERAL: readonly (readonly [RegExp, string])[] = [
  [/^the model /, 'cannot do what is asked'],
  [/^there is no price /, 'have no price for what is asked'],
  [/ is not configured$/, 'are of providers that are not configured'],
]

const generalised = (reason: string): string =>
  GENERAL.find(([pattern]) => pattern.test(reason))?.[1] ?? reason

/** How many offers are not shown, and mostly why. */
function countsOf(
  rows: readonly Row[],
  what: string,
  reasonOf: (row: Row) => string,
): readonly string[] {
  const byReason = [...Map.groupBy(rows, reasonOf)]
    .map(([reason, { length }]) => ({ reason, length }))
    .toSorted((one, other) => other.length - one.length)
  const told = byReason.slice(0, MOST_REASONS)
  const rest = rows.length - told.reduce((sum, { length }) => sum + length, 0)
  return [
    ...(rows.length === 0 ? [] : [`${rows.length} ${what}:`]),
    ...told.map(({ reason, length }) => `  ${length}: ${reason}`),
    ...(rest === 0 ? [] : [`  ${rest}: other reasons`]),
  ]
}
