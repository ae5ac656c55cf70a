/** How many passed and failed; `remarks` explains failures that no single test stands for. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly remarks: readonly string[]
}

/** The part of vitest's JSON report that is counted. */
interface TestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/**
 * Counts a run of vitest. What failed without a failed test counts as one failure each, so that the
 * sum never looks better than the run was: a file that could not be loaded, an error outside of
 * tests, a missing report, no test at all.
 */
export function tallyTests(reportText: string | undefined, exitCode: number): Tally {
  const report = readReport(reportText)
  if (report === undefined) {
    return { passed: 0, failed: 1, remarks: [`vitest ended with ${exitCode} and left no report`] }
  }
  const { numPassedTests: passed, numFailedTests, testResults } = report
  const remarks = testResults
    .filter(
      ({ status, assertionResults }) => status === 'failed' && !assertionResults.some(isFailed),
    )
    .map(({ name }) => `failed outside of its tests: ${name}`)
  if (passed + numFailedTests === 0) remarks.push('no test ran')
  if (exitCode !== 0 && numFailedTests + remarks.length === 0) {
    remarks.push(`vitest ended with ${exitCode}, although no test failed`)
  }
  return { passed, failed: numFailedTests + remarks.length, remarks }
}

const isFailed = ({ status }: { readonly status: string }) => status === 'failed'

function readReport(text: string | undefined): TestReport | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as TestReport)
  } catch {
    return undefined
  }
}
