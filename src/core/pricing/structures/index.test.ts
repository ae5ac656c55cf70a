import { describe, expect, test } from 'vitest'
import { nanoFromDollars } from '../../money.ts'
import { rate } from '../rate.ts'
import { componentSchema, describeStructures, kinds } from './index.ts'

const structures = describeStructures()

test('every kind is described, once', () => {
  expect(structures.map(({ kind }) => kind)).toEqual(kinds)
  expect(kinds.length).toBeGreaterThan(0)
})

describe.each(structures)('$kind', ({ kind, title, summary, example }) => {
  test('the worked example is right to the nano-dollar', () => {
    const component = componentSchema.parse(example.component)
    expect(rate({ components: [component] }, example.usage)).toMatchObject({
      ok: true,
      charge: { totalNano: nanoFromDollars(example.usd) },
    })
  })

  test('stands in the record under its own kind', () => {
    expect(componentSchema.parse(example.component).kind).toBe(kind)
  })

  test('is described by a title and one sentence, with a source', () => {
    expect(title).toMatch(/^[A-Z][^.]+$/)
    expect(summary).toMatch(/^[A-Z][^.]+\.$/)
    expect(example.source).not.toBe('')
  })

  test('refuses fields it does not know', () => {
    const component = { ...example.component, discount: '0.5' }
    expect(componentSchema.safeParse(component).success).toBe(false)
  })
})

test('a kind nobody knows is refused', () => {
  expect(componentSchema.safeParse({ kind: 'gift', usd: '1' }).success).toBe(false)
})
