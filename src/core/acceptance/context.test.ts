import { expect, test } from 'vitest'
import { type Context, kindOf, placeOf, sizeBucketOf, stepsIn } from './context.ts'

const context: Context = {
  ...{ purpose: 'product', category: 'food', size: 'medium' },
  ...{ needsText: false, needsEdit: false, isTransparent: false },
}

test('a food picture with text in it is another thing than one without', () => {
  expect(kindOf(context)).toBe('food')
  expect(kindOf({ ...context, needsText: true, isTransparent: true })).toBe('food+text+transparent')
})

test('a megapixel in any shape is of medium size', () => {
  expect(sizeBucketOf(512 * 512)).toBe('small')
  expect(sizeBucketOf(1024 * 1024)).toBe('medium')
  expect(sizeBucketOf(1024 * 1792)).toBe('large')
})

test('settings and size tell places apart, and steps read back', () => {
  const arm = { model: 'acme/painter', tier: 'high', steps: 25 }
  const { variant } = placeOf(arm, context)
  expect(stepsIn(variant)).toBe(25)
  expect(placeOf(arm, { ...context, size: 'large' }).variant).not.toBe(variant)
  expect(stepsIn(placeOf({ model: 'acme/painter', tier: 'a|b' }, context).variant)).toBeUndefined()
  expect(stepsIn('nothing of the kind')).toBeUndefined()
})
