import { expect, test } from 'vitest'
import { tallyTests } from './test-report.ts'

/** A report of files, each given by the statuses of its tests. */
function reportOf(files: Readonly<Record<string, readonly string[]>>, failedFiles: string[] = []) {
  const statuses = Object.values(files).flat()
  return JSON.stringify({
    numPassedTests: statuses.filter((status) => status === 'passed').length,
    numFailedTests: statuses.filter((status) => status === 'failed').length,
    testResults: Object.entries(files).map(([name, tests]) => ({
      name,
      status: failedFiles.includes(name) ? 'failed' : 'passed',
      assertionResults: tests.map((status) => ({ status })),
    })),
  })
}

test('passed and failed tests are counted', () => {
  const report = reportOf({ a: ['passed', 'failed'], b: ['passed'] }, ['a'])
  expect(tallyTests(report, 1)).toEqual({ passed: 2, failed: 1, remarks: [] })
})

test('a file that could not be loaded is a failure', () => {
  const tally = tallyTests(reportOf({ a: ['passed'], b: [] }, ['b']), 1)
  expect(tally).toEqual({ passed: 1, failed: 1, remarks: ['failed outside of its tests: b'] })
})

test('an error outside of all tests is a failure', () => {
  expect(tallyTests(reportOf({ a: ['passed'] }), 1)).toMatchObject({ passed: 1, failed: 1 })
})

test('a run without tests is a failure', () => {
  expect(tallyTests(reportOf({ a: ['pending'] }), 0)).toMatchObject({ passed: 0, failed: 1 })
})

test.each([undefined, '{"numPass'])('a report that is not there is a failure: %s', (report) => {
  expect(tallyTests(report, 0)).toMatchObject({ passed: 0, failed: 1 })
})
