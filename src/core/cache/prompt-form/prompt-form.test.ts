import { describe, expect, test } from 'vitest'
import { fc } from '../../../testing/fast-check.ts'
import { printForm, promptForm } from './prompt-form.ts'

const form = (prompt: string): string => printForm(promptForm(prompt))

describe('the same picture in other words', () => {
  test.each([
    ['A red mug on a table', 'please create an image of a red mug on the table!'],
    ['Three grey cats', '3 gray cats'],
    ['an oil painting of a fox, front view', 'Front view. A fox. Oil painting.'],
    ['a small round oak table', 'a round small oak table'],
    ['a t-shirt with no logo', 'T-shirt without any logo, 4k, masterpiece'],
    ['a lamp next to a sofa', 'lamp beside the couch'],
    ['In a forest, a bear', 'a bear in a forest'],
    ['a wallet made of leather', 'a leather wallet'],
    ['two red running shoes', '2 red running shoes'],
    ['a boat above a whale', 'a whale beneath a boat'],
    ['a car that is red in color', 'a red car'],
    ['a cart pulled by a donkey', 'a donkey pulling a cart'],
    ['a cook stirring while a waiter watches', 'a waiter is watching while a cook is stirring'],
    ['a ring on white', 'a ring on a white background'],
    ['a sign that says "OPEN"', 'a sign saying "OPEN"'],
    ['a close-up of a bee', 'a bee, close-up'],
    ['a harbour in the style of an oil painting', 'oil painting of a harbor'],
    ['a highly detailed, 4k picture of a bee', 'a bee'],
    ['a man who isn’t smiling', 'a man who is not smiling'],
    ['a desk seen from above', 'top view of a desk'],
  ])('%s = %s', (one, other) => {
    expect(form(one)).toBe(form(other))
  })
})

describe('another picture', () => {
  test.each([
    ['a dog left of a cat', 'a cat left of a dog'],
    ['a red ring in a blue box', 'a blue ring in a red box'],
    ['a shirt with a logo', 'a shirt without a logo'],
    ['two pears', 'three pears'],
    ['a pear', 'pears'],
    ['a sign that says "OPEN"', 'a sign that says "Open"'],
    ['a man painting a house', 'a painting of a man and a house'],
    ['a mug, soft light', 'a mug, hard light'],
    ['a mug, top-down view', 'a mug, side view'],
    ['a watercolour of a mug', 'a pencil sketch of a mug'],
    ['a wooden spoon', 'a silver spoon'],
    ['a boy feeding a goat', 'a goat feeding a boy'],
    ['a horse pulling a cart', 'a horse pulled by a cart'],
    ['a kettle under a shelf', 'a kettle above a shelf'],
    ['a table with a large lamp and a small vase', 'a table with a small lamp and a large vase'],
    ['an old man with a young dog', 'a young man with an old dog'],
    ['ein Haus am See', 'ein Haus am Meer'],
    ['a dial at -20', 'a dial at 20'],
    ['the logo of C++', 'the logo of C'],
    ['a $5 note', 'a €5 note'],
    ['a 😀 on a bag', 'a 😢 on a bag'],
    ['एक बिल्ली', 'एक बल्ला'],
    ['two shots of whisky', 'whisky'],
  ])('%s ≠ %s', (one, other) => {
    expect(form(one)).not.toBe(form(other))
  })
})

test('any text has a form, the same with other case, spaces and closing marks', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (prompt) => {
      expect(form(prompt)).toBe(form(prompt))
    }),
  )
  const word = fc.constantFrom('red', 'mug', 'on', 'a', 'table', 'and', 'two', 'with', 'sitting')
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), (words) => {
      const shouted = `  ${words.join('   ').toUpperCase()}. `
      expect(form(shouted)).toBe(form(words.join(' ')))
    }),
  )
})

test('a text that is too long to take apart is only equal to itself', () => {
  const long = 'a red mug '.repeat(500)
  expect(form(long)).toBe(form(long))
  expect(form(long)).not.toBe(form(`${long} `))
})
