import { describe, expect, test } from 'vitest'
import { nanoFromDollars } from '../../money.ts'
import { rate } from '../rate.ts'
import { componentSchema } from '../structures/index.ts'
import { describeModifiers, modifierKinds, modifierSchema } from './index.ts'

const modifiers = describeModifiers()

test('every kind is described, once', () => {
  expect(modifiers.map(({ kind }) => kind)).toEqual(modifierKinds)
  expect(modifierKinds.length).toBeGreaterThan(0)
})

test('the order is that of the groups: picture, fees, reseller, tier, least, currency', () => {
  const place = (kind: (typeof modifierKinds)[number]) => modifierKinds.indexOf(kind)
  const groups = [
    ['step_surcharge', 'edit_premium', 'controlnet_factor'],
    ['controlnet_fee', 'lora_fee', 'reference_image_fee', 'first_free_then_fee'],
    ['aggregator_markup', 'aggregator_topup_fee'],
    ['batch_discount', 'latency_tier'],
    ['minimum_charge'],
    ['rounding'],
    ['currency'],
  ] as const
  for (const [index, group] of groups.slice(1).entries()) {
    const lastBefore = Math.max(...(groups[index] ?? []).map(place))
    expect(Math.min(...group.map(place))).toBeGreaterThan(lastBefore)
  }
})

describe.each(modifiers)('$kind', ({ kind, title, summary, example }) => {
  test('the worked example is right to the nano-dollar', () => {
    const price = {
      components: [componentSchema.parse(example.base)],
      modifiers: [modifierSchema.parse(example.modifier)],
    }
    expect(rate(price, example.usage)).toMatchObject({
      ok: true,
      charge: { totalNano: nanoFromDollars(example.usd) },
    })
  })

  test('stands in the record under its own kind', () => {
    expect(modifierSchema.parse(example.modifier).kind).toBe(kind)
  })

  test('is described by a title and one sentence, with a source', () => {
    expect(title).toMatch(/^[A-Z][^.]+$/)
    expect(summary).toMatch(/^[A-Z][^.]+\.$/)
    expect(example.source).not.toBe('')
  })

  test('refuses fields it does not know', () => {
    const modifier = { ...example.modifier, discount: '0.5' }
    expect(modifierSchema.safeParse(modifier).success).toBe(false)
  })
})

test('a kind nobody knows is refused', () => {
  expect(modifierSchema.safeParse({ kind: 'gift', usd: '1' }).success).toBe(false)
})
