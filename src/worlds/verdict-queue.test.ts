import { expect, test } from 'vitest'
import { fc } from '../testing/fast-check.ts'
import { VerdictQueue } from './verdict-queue.ts'

const verdictAt = (atSeconds: number, requestIndex: number) => ({
  ...{ kind: 'verdict' as const, requestIndex, call: 0, offer: 'a' },
  ...{ atSeconds, isAccepted: true },
})

test('verdicts come in the order of their own time, and none before it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 60 }), fc.nat(50), (times, now) => {
      const queue = new VerdictQueue()
      for (const [index, time] of times.entries()) queue.add(verdictAt(time, index))
      const taken: number[] = []
      for (let due = queue.takeDue(now); due; due = queue.takeDue(now)) taken.push(due.atSeconds)
      const expected = times.filter((time) => time <= now).sort((one, other) => one - other)
      expect(taken).toEqual(expected)
      const rest: number[] = []
      for (let due = queue.takeDue(50); due; due = queue.takeDue(50)) rest.push(due.atSeconds)
      expect(rest).toHaveLength(times.length - expected.length)
    }),
  )
})
