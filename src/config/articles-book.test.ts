import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { resolveModel } from '../core/catalog/catalog.ts'
import { dollarsFromNano, nanoFromDollars } from '../core/money.ts'
import { monthBill } from '../core/pricebook/month-bill.ts'
import { draftRefine } from '../core/pricing/strategies/draft-refine.ts'
import { mix } from '../core/pricing/strategies/mix.ts'
import { perAccepted } from '../core/pricing/strategies/per-accepted.ts'
import type { Usage } from '../core/pricing/usage.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import { quoteOffer } from '../core/routing/quote-offer.ts'
import { startOfDay } from '../core/time.ts'
import { providers } from '../providers/registry.generated.ts'
import { valueIn } from '../testing/price-vectors.ts'
import { pathOfBook } from './price-books.ts'
import { openPriceView, readBookFile } from './price-view.ts'

const named = 'articles-2026-06'
const { book, problems } = readBookFile(pathOfBook(named, '.'), providers)
const sha256 = (data: string | Uint8Array): string => hash('sha256', data, 'hex')

interface Asked extends Omit<RequestDraft, 'operation' | 'prompt'> {
  readonly images?: never
  readonly at?: string
  readonly count?: number
  readonly usage?: Partial<Usage>
}

/** Dollars that the book asks for some pictures. */
function costOf(model: string, { at, count = 1, usage = {}, ...draft }: Asked = {}): string {
  const settings = { priceBooks: [], priceOverrides: { rows: [], markups: [] } }
  const view = openPriceView({ definitions: [], settings, sha256, folder: '.', named, usage })
  const request = normaliseRequest({ operation: 'generate', prompt: 'a cup', model, ...draft })
  const now = startOfDay(at ?? view.asOf ?? '')
  const [found] = resolveModel(view.catalog, model, now).models
  if (found === undefined) throw new Error(`there is no ${model}`)
  const wanted = { request, model: found, images: count, isPinned: true }
  const quoted = quoteOffer(wanted, view.estimatorOf(found), view.book, now)
  if (!quoted.ok) throw new Error(quoted.refusal.reason)
  return dollarsFromNano(quoted.value.quote.expectedNano)
}

/** The bill of a month under a plan of the book. */
function monthOf(name: string, images: number): string {
  const term = book?.plans.find((plan) => plan.name === name)?.term
  if (term === undefined) throw new Error(`there is no plan ${name}`)
  return dollarsFromNano(valueIn(monthBill(term, { images })).totalNano)
}

describe('the book of the articles', () => {
  test('is good, and every row says which article it is from', () => {
    expect(problems).toEqual([])
    const rows = [...(book?.prices ?? []), ...(book?.plans ?? [])]
    expect(rows.length).toBeGreaterThan(40)
    const own = rows.filter(({ source }) => source.url.startsWith('urn:article:'))
    expect(rows.length - own.length).toBe(1)
    for (const { source } of own) expect(source.note).toMatch(/^article 00[0-4]/)
  })

  test('marks what is gone and what never was', () => {
    const models = new Map(book?.models.map((model) => [`${model.provider}/${model.id}`, model]))
    expect(models.get('openai/dall-e-3')?.lifecycle).toEqual({
      shutdownAt: '2026-05-12',
      replacement: 'gpt-image-2',
    })
    const fictional = [...models].flatMap(([name, model]) => (model.isFictional ? [name] : []))
    expect(fictional).toEqual(
      expect.arrayContaining(['openai/dall-e-4', 'anthropic/claude-image', 'deepseek/janus']),
    )
  })
})

const square = { size: '1024x1024' }
describe('prices of the articles', () => {
  test.each<[string, string, Asked, string]>([
    ['DALL-E 3', 'openai/dall-e-3', { ...square, quality: 'standard' }, '0.04'],
    ['four variants', 'openai/dall-e-3', { ...square, quality: 'standard', count: 4 }, '0.16'],
    ['its hd grid', 'openai/dall-e-3', { size: '1792x1024', quality: 'hd' }, '0.12'],
    ['its hd price of prose', 'dall-e-3-hd', { size: '1024x1792' }, '0.08'],
    ['DALL-E 4', 'dall-e-4', square, '0.04'],
    ['GPT Image low', 'openai/gpt-image-1', { ...square, quality: 'low' }, '0.011'],
    ['GPT Image high, wide', 'gpt-image-1', { size: '1536x1024', quality: 'high' }, '0.06'],
    [
      'three medium wide ones',
      'gpt-image-1',
      { size: '1536x1024', quality: 'medium', n: 3, count: 3 },
      '0.09',
    ],
    ['FLUX Pro of article 000', 'bfl/flux-pro', square, '0.02'],
    ['FLUX.1 Pro of article 004', 'bfl/flux.1-pro', square, '0.05'],
    ['FLUX schnell', 'bfl/flux-schnell', square, '0.003'],
    ['FLUX schnell at Replicate', 'replicate/flux-schnell', square, '0.003'],
    ['Imagen 3 at higher resolution', 'imagen-3', { size: '2048x2048' }, '0.08'],
    ['Imagen 3 in a batch', 'imagen-3', { ...square, usage: { serviceTier: 'batch' } }, '0.02'],
    ['Imagen on Vertex', 'vertex/imagen', square, '0.012'],
    ['Replicate at 512', 'replicate/sdxl', { size: '512x512' }, '0.0025'],
    ['a ControlNet', 'sdxl-controlnet', { ...square, usage: { controlnets: 1 } }, '0.013'],
    ['half of the steps', 'stability/sd3.5', { steps: 25 }, '0.0156'],
    ['20 of 50 steps', 'stable-diffusion-steps', { steps: 20 }, '0.004'],
    ['a markup of ten per cent', 'openrouter/dall-e-3', square, '0.044'],
    ['Claude before April 2026', 'claude-image', { at: '2026-04-14' }, '0.03'],
    ['Claude after', 'claude-image', { at: '2026-04-20' }, '0.045'],
    ['Janus-Pro after it', 'janus-pro', { at: '2026-04-20' }, '0.018'],
    ['an A100', 'sdxl-a100', {}, '0.006333333'],
    ['a T4', 'sdxl-t4', {}, '0.00625'],
    ['an idle A100', 'sdxl-a100', { usage: { utilisation: 0.25 } }, '0.025333333'],
  ])('%s', (_, model, asked, usd) => {
    expect(costOf(model, asked)).toBe(usd)
  })

  test('the token bill of gpt-image-1 is about twice its table', () => {
    const tokens = { textIn: 60, imageOut: 1_056 }
    const medium = { ...square, quality: 'medium' }
    expect(costOf('gpt-image-1-tokens', { ...medium, usage: { tokens } })).toBe('0.04254')
    expect(costOf('openai/gpt-image-1', medium)).toBe('0.02')
  })
})

describe('worked sums of the articles', () => {
  const nano = (model: string, asked: Asked = square) => nanoFromDollars(costOf(model, asked))

  test('10,000 pictures of a catalogue cost $161 instead of $800', () => {
    const parts = [
      { images: 7_000, imageNano: nano('replicate/flux-schnell') },
      { images: 2_500, imageNano: nano('openai/dall-e-3', { ...square, quality: 'standard' }) },
      { images: 500, imageNano: nano('dall-e-3-hd') },
    ]
    const { costNano, withoutNano } = valueIn(mix(parts))
    expect([dollarsFromNano(costNano), dollarsFromNano(withoutNano)]).toEqual(['161', '800'])
    expect(costOf('replicate/flux-schnell', { ...square, count: 7_000 })).toBe('21')
  })

  test('four drafts and a final cost 71.25 % less than four finals', () => {
    const drafted = valueIn(
      draftRefine({ draftNano: nano('bfl/flux-schnell'), finalNano: nano('dall-e-3-hd') }, 4),
    )
    expect(dollarsFromNano(drafted.costNano)).toBe('0.092')
    expect(dollarsFromNano(drafted.withoutNano)).toBe('0.32')
  })

  test('an accepted SDXL picture costs twice its price', () => {
    const accepted = valueIn(perAccepted({ attemptNano: nano('stability/sdxl') }, 0.5))
    expect(dollarsFromNano(accepted)).toBe('0.018')
  })

  test.each<[string, string, number, string]>([
    ['Imagen below its minimum', 'Imagen committed spend', 30_000, '500'],
    ['Imagen above it', 'Imagen committed spend', 50_000, '600'],
    ['half of a plan of Stability', 'Stability 100,000 images', 50_000, '500'],
    ['Janus with a reservation', 'Janus reserved capacity', 50_000, '500'],
    ['Midjourney Basic, all of it', 'Midjourney Basic', 199, '10'],
    ['Midjourney Standard', 'Midjourney Standard', 900, '30'],
  ])('a month of %s', (_, plan, images, usd) => {
    expect(monthOf(plan, images)).toBe(usd)
  })
})
