import { describe, expect, test } from 'vitest'
import { readFeedback } from './read-feedback.ts'

const all = (text: string) => readFeedback(text, 'file', 'import')
const read = (text: string) => all(text).given.map(({ told }) => told)

describe('verdicts in a file', () => {
  test('as CSV with a head, in any order of columns', () => {
    const text = 'accepted,id,reason,rater\nyes,img_1,,\n0,img_2,"blurred, dark",ann\n'
    expect(read(text)).toEqual([
      { subject: 'img_1', isAccepted: true, rater: 'import' },
      { subject: 'img_2', isAccepted: false, rater: 'ann', reason: 'blurred, dark' },
    ])
  })

  test('as JSON lines', () => {
    const text = '{"id":"img_1","accepted":true,"score":0.5}\n\n{"id":"req_2","accepted":"reject"}'
    expect(read(text)).toEqual([
      { subject: 'img_1', isAccepted: true, rater: 'import', score: 0.5 },
      { subject: 'req_2', isAccepted: false, rater: 'import' },
    ])
  })

  test('figures of the business stand beside what is usual', () => {
    expect(read('id,value,baseline\nimg_1,0.031,0.02\n')).toEqual([
      { subject: 'img_1', value: 0.031, baseline: 0.02 },
    ])
    expect(read('{"id":"req_2","value":3,"baseline":4}\n{"id":"img_1","accepted":1}')).toEqual([
      { subject: 'req_2', value: 3, baseline: 4 },
      { subject: 'img_1', isAccepted: true, rater: 'import' },
    ])
  })

  test.each([
    ['id,value,baseline\nimg_1,,0.02', 2, 'value: '],
    ['{"id":"img_1","value":1,"baseline":null}', 1, 'baseline: '],
    ['id,value,baseline\nimg_1,1,-2', 2, 'baseline: '],
    ['id,value,accepted\nimg_1,1,1', 2, ''],
    ['id,accepted\nimg_1,maybe', 2, 'accepted: must be true or false.'],
    ['id,accepted,stars\nimg_1,1,5', 2, ''],
    ['{"id":"img_1"}', 1, 'accepted: '],
    ['{"id":"img_1","accepted":true,"score":2}', 1, 'score: '],
    ['{"id":', 1, 'this line is no JSON.'],
  ])('%j has a flaw on its line', (text, line, reason) => {
    const flaws = [{ line, reason: expect.stringContaining(reason) }]
    expect(all(text)).toEqual({ given: [], flaws })
  })

  test('lines that cannot be read spoil no others; each is named', () => {
    const { given, flaws } = all('id,accepted\nimg_1,1\nimg_2,maybe\n\nimg_3,0\nimg_4,\n')
    expect(given.map(({ line, told }) => [line, told.subject])).toEqual([
      [2, 'img_1'],
      [5, 'img_3'],
    ])
    expect(flaws.map(({ line }) => line)).toEqual([3, 6])
  })

  test.each([
    ['id,accepted\n"img_1,1', 'file:2: '],
    ['id;accepted\nimg_1;1', 'file:1: the first line must name the columns, with commas'],
    ['[{"id":"img_1","accepted":true}]', 'JSON lines: one object each'],
    ['', 'is empty'],
  ])('%j is no such file', (text, message) => {
    expect(() => all(text)).toThrow(message)
  })
})
