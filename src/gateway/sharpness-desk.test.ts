import { expect, test } from 'vitest'
import { quantile } from '../core/quality/value-sketch.ts'
import { SharpnessDesk } from './sharpness-desk.ts'

const HISTORY = 'hero'
const SHARE = 0.01
const lineOf = (desk: SharpnessDesk): number => quantile(desk.of(HISTORY), SHARE)
/** Sharp pictures of which one in a hundred is below 1.1. */
const sharp = (turn: number): number => 1 + ((turn * 0.618_033_988_75) % 1) * 10

/** What becomes of pictures where those below the line are refused. */
function see(desk: SharpnessDesk, values: readonly number[]): number {
  let refused = 0
  for (const value of values) {
    if (value >= lineOf(desk)) desk.pass(HISTORY, value, SHARE)
    else {
      desk.refuse(HISTORY, value)
      refused += 1
    }
  }
  return refused
}
const many = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, turn) => sharp(turn))

test('a run of blurred pictures does not make blurred ones usual', () => {
  const desk = new SharpnessDesk()
  see(desk, many(500))
  const before = lineOf(desk)
  expect(before).toBeGreaterThan(0.95)
  expect(see(desk, Array<number>(400).fill(0.8))).toBe(400)
  expect(lineOf(desk)).toBeGreaterThan(before * 0.9)
})

test('the line stays where it is while pictures stay as they are', () => {
  const desk = new SharpnessDesk()
  see(desk, many(1_000))
  const before = lineOf(desk)
  const refused = see(desk, many(10_000))
  expect(refused / 10_000).toBeLessThan(0.02)
  expect(lineOf(desk)).toBeLessThan(before * 1.1)
})
