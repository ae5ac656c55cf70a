import { expect, test } from 'vitest'
import { run } from './run.ts'

test('programs that run side by side are ended by one exit handler', async () => {
  const before = process.listenerCount('exit')
  const results = Array.from({ length: 12 }, (_, index) => run('echo', [String(index)]))
  expect(process.listenerCount('exit')).toBe(before)
  const outputs = (await Promise.all(results)).map(({ output }) => output)
  expect(outputs).toEqual(Array.from({ length: 12 }, (_, index) => `${index}\n`))
})

test('a program that cannot be started is a result, in the words of the system', async () => {
  const { exitCode, output } = await run('keeprate-no-such-program', [])
  expect([exitCode, output]).toEqual([127, 'spawn keeprate-no-such-program ENOENT'])
})
