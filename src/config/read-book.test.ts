import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { runAtOnce } from '../core/steps.ts'
import { type BookContext, problemText, readBook } from './read-book.ts'

const source = { url: 'https://example.com/prices', read_at: '2026-11-20', confidence: 'high' }
const good = {
  offer: 'acme/painter',
  operation: 'generate',
  components: [{ kind: 'per_image', usd: '0.04' }],
  valid_from: '2026-01-01',
  source,
}
const model = { provider: 'acme', id: 'painter' }

const read = (text: string, context: BookContext = {}) =>
  runAtOnce(readBook(text, 'own.yaml', context))
/** Without references to what was written before. */
const yamlOf = (book: object): string => stringify(book, { aliasDuplicateObjects: false })
/** A book as JSON, a member a line. */
const jsonOf = (book: object): string => JSON.stringify(book, null, 2)
const bookOf = (...prices: readonly object[]) => ({ book: 'own', prices })
const problemsOf = (text: string, context: BookContext = {}): readonly string[] =>
  read(text, context).problems.map(problemText)

describe('a book', () => {
  const whole = {
    book: 'own',
    as_of: '2026-11-20',
    note: 'ours',
    models: [{ ...model, lifecycle: { shutdown_at: '2026-12-01', replacement: 'brush' } }],
    aliases: [
      { name: 'old', target: 'acme/painter', from: '2026-01-01', note: 'renamed', source: {} },
    ].map((alias) => ({ ...alias, source: { url: source.url, read_at: source.read_at } })),
    prices: [good],
    plans: [
      {
        name: 'a thousand',
        offer: 'acme/*',
        term: { kind: 'commit_take_or_pay', usd: '0.03', units: 1000 },
        valid_from: '2026-01-01',
        source,
      },
    ],
  }

  test.each([
    ['YAML', stringify(whole)],
    ['JSON', jsonOf(whole)],
  ])('is read from %s with models, aliases, prices and plans', (_, text) => {
    const { book, problems } = read(text)
    expect(problems).toEqual([])
    expect(book).toMatchObject({
      name: 'own',
      asOf: '2026-11-20',
      models: [{ provider: 'acme', id: 'painter', lifecycle: { replacement: 'brush' } }],
      aliases: [{ name: 'old', target: 'acme/painter' }],
      prices: [{ offer: 'acme/painter', valid_to: null }],
      plans: [{ name: 'a thousand', term: { kind: 'commit_take_or_pay' } }],
    })
  })

  test('of nothing but prices is one', () => {
    expect(read(jsonOf(bookOf(good))).book?.prices).toHaveLength(1)
  })
})

/** A price that is good but for one thing. */
const bad = (change: object): object => ({ ...good, ...change })
const component = (one: object): object => bad({ components: [one] })

describe('what is wrong is told with its place and its reason', () => {
  test.each<[string, object, string]>([
    [
      'an unknown structure',
      component({ kind: 'per_foo', usd: '1' }),
      '9:19: prices.0.components.0.kind: there is no price structure "per_foo"',
    ],
    [
      'no structure',
      component({ usd: '1' }),
      '8:9: prices.0.components.0.kind: is missing: which price structure is it?',
    ],
    [
      'a missing unit',
      component({ kind: 'per_image' }),
      '8:9: prices.0.components.0: give exactly one of usd and usd_per_1000',
    ],
    [
      'a missing rate',
      component({ kind: 'per_megapixel', mp_base: 1_000_000 }),
      '8:9: prices.0.components.0.usd_per_mp: is missing',
    ],
    [
      'a negative rate',
      component({ kind: 'per_image', usd: '-0.04' }),
      '10:18: prices.0.components.0.usd: a rate cannot be negative: -0.04',
    ],
    [
      'a rate of nothing',
      component({ kind: 'per_image', usd: '0' }),
      '10:18: prices.0.components.0.usd: must be greater than zero',
    ],
    [
      'a rate that is a number',
      component({ kind: 'per_image', usd: 0.04 }),
      '10:18: prices.0.components.0.usd: must be in quotes, "0.04": a number would lose digits',
    ],
    [
      'an unknown field of a price',
      bad({ currency: 'EUR' }),
      '19:7: prices.0.currency: there is no such member',
    ],
    [
      'an unknown field of a structure',
      component({ kind: 'per_image', usd: '0.04', unit: 'image' }),
      '11:11: prices.0.components.0.unit: there is no such member',
    ],
    [
      'an unknown modifier',
      bad({ modifiers: [{ kind: 'kickback' }] }),
      '21:19: prices.0.modifiers.0.kind: there is no modifier "kickback"',
    ],
    [
      'a day that is none',
      bad({ valid_from: '2026-02-30' }),
      '13:21: prices.0.valid_from: not a calendar day (YYYY-MM-DD)',
    ],
    [
      'an end before the beginning',
      bad({ valid_to: '2025-12-31' }),
      '19:19: prices.0.valid_to: ends before it begins',
    ],
    ['no source', bad({ source: undefined }), '4:5: prices.0.source: is missing'],
    [
      'an offer that is none',
      bad({ offer: 'painter' }),
      '5:16: prices.0.offer: must be provider/model or provider/model@version',
    ],
  ])('%s', (_, row, problem) => {
    expect(problemsOf(jsonOf(bookOf(row)))).toContain(`own.yaml:${problem}`)
    expect(read(jsonOf(bookOf(row))).book).toBeUndefined()
  })

  test('two prices for the same calls on one day', () => {
    const second = bad({ valid_from: '2026-05-01' })
    expect(problemsOf(yamlOf(bookOf(good, second)))).toEqual([
      'own.yaml:18:17: prices.1.valid_from: acme/painter generate has another price for the same ' +
        'calls on 2026-05-01: prices.0',
    ])
  })

  test.each<[string, object, string]>([
    ['no name', { prices: [good] }, '1:1: book: is missing'],
    ['no prices', { book: 'own' }, '1:1: prices: is missing'],
    ['an unknown member', { ...bookOf(good), rows: [] }, '18:3: rows: there is no such member'],
    [
      'a model twice',
      { ...bookOf(good), models: [model, model] },
      '24:13: models.1.id: acme/painter stands twice',
    ],
    [
      'a plan without a known term',
      { ...bookOf(good), plans: [{ name: 'x', offer: 'a/*', term: { kind: 'y' } }] },
      '23:17: plans.0.term.kind: there is no monthly term "y"',
    ],
  ])('of the book itself: %s', (_, book, problem) => {
    const places = problemsOf(jsonOf(book))
    expect(places.some((text) => text.endsWith(problem.replace(/^\d+:\d+/, '')))).toBe(true)
    expect(places.join('\n')).toMatch(/own\.yaml:\d+:\d+: /)
  })

  test('everything at once', () => {
    const rows = [component({ kind: 'per_foo' }), bad({ valid_from: 'today' }), good]
    expect(problemsOf(stringify(bookOf(...rows)))).toHaveLength(2)
  })

  test.each([
    ['YAML', 'book: own\nprices: [', 'own.yaml:2:'],
    ['JSON', '{"book": "own",\n "prices": [}', 'own.yaml:2:'],
    ['a member twice', '{"book": "own", "book": "other", "prices": []}', 'own.yaml:1:'],
    [
      'references without end',
      `a: &a [1]\nb: &b [${Array(60).fill('*a')}]\nc: [${Array(60).fill('*b')}]`,
      'own.yaml:1:1: Excessive',
    ],
    ['nothing', '', 'own.yaml:1:1: book: is missing'],
    ['another kind of file', 'just a text', 'own.yaml:1:1: file: '],
  ])('a text that is no book: %s', (_, text, place) => {
    const [problem] = problemsOf(text)
    expect(problem?.startsWith(place.replace('file: ', ''))).toBe(true)
    expect(read(text).book).toBeUndefined()
  })
})

describe('an offer without a model', () => {
  const knownOffers = new Set(['acme/brush'])

  test('is a warning, once for each offer, and leaves the book usable', () => {
    const edit = bad({ operation: 'edit' })
    const { book, problems } = read(jsonOf(bookOf(good, edit)), { knownOffers })
    expect(problems.map(problemText)).toEqual([
      'own.yaml:5:16: warning: prices.0.offer: no model is known as acme/painter; its price is ' +
        'never used for a call',
    ])
    expect(book?.prices).toHaveLength(2)
  })

  test.each<[string, object]>([
    ['has a provider here', bookOf(bad({ offer: 'acme/brush' }))],
    ['has a model in the book', { ...bookOf(good), models: [model] }],
    ['is for what the gateway does not do', bookOf(bad({ operation: 'rewrite_prompt' }))],
  ])('is none when it %s', (_, book) => {
    expect(read(jsonOf(book), { knownOffers }).problems).toEqual([])
  })
})

describe('a large book', () => {
  const many = (count: number, last: object) =>
    bookOf(
      ...Array.from({ length: count }, (_, index) => bad({ offer: `acme/model-${index}` })),
      last,
    )

  test('of JSON tells the same places', () => {
    const last = component({ kind: 'per_image', usd: 'free', of: '"quoted" ]}' })
    const text = jsonOf(many(1_500, last))
    expect(text.length).toBeGreaterThan(256 * 1024)
    const line = text.split('\n').findIndex((each) => each.includes('"free"')) + 1
    expect(problemsOf(text)).toEqual([
      `own.yaml:${line}:18: prices.1500.components.0.usd: must be a plain decimal string such as ` +
        '"0.0336"',
      `own.yaml:${line + 1}:11: prices.1500.components.0.of: there is no such member`,
    ])
  })

  test('of broken JSON tells where it breaks', () => {
    const text = jsonOf(many(1_500, good)).replace(/}\s*]\s*}\s*$/, '} oops ]}')
    const lines = text.split('\n').length
    expect(problemsOf(text)[0]).toMatch(new RegExp(`^own\\.yaml:${lines}:\\d+: `))
  })

  test('of YAML is refused with advice, because reading it would stop everything else', () => {
    expect(problemsOf(yamlOf(many(1_500, good)))[0]).toContain('write it as JSON')
  })

  test('tells at most a hundred problems', () => {
    const rows = Array.from({ length: 150 }, () => component({ kind: 'per_foo' }))
    expect(problemsOf(jsonOf(bookOf(...rows)))).toHaveLength(100)
  })

  test('that is read again keeps the rows that are the same', () => {
    const known = new Map()
    const first = read(jsonOf(bookOf(good, bad({ operation: 'edit' }))), { known })
    const changed = bad({ operation: 'edit', valid_from: '2026-02-01' })
    const second = read(jsonOf(bookOf(good, changed)), { known })
    expect(second.book?.prices[0]).toBe(first.book?.prices[0])
    expect(second.book?.prices[1]).not.toEqual(first.book?.prices[1])
  })
})
