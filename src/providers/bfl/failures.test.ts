import { expect, test } from 'vitest'
import { classify } from './failures.ts'

const answer = (status: number) => ({ status, headers: {}, images: [], text: 'words' })

test.each([504, 524])('a %i comes from a gateway that gave up waiting: nobody knows', (status) => {
  expect(classify(answer(status))).toMatchObject({ class: 'overloaded', billed: 'unknown' })
})

test.each([409, 425, 500, 502, 503])('a %i passes by itself and is not charged', (status) => {
  expect(classify(answer(status))).toMatchObject({ class: 'overloaded', billed: false, status })
})
