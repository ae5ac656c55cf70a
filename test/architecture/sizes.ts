import { isGenerated, type Tree } from './tree.ts'

/** The longest file, function and line that a reader has to take in at once. */
const LIMITS = { fileLines: 300, functionLines: 70, columns: 100 }

/** Checks the length of files, functions and lines in everything that people write. */
export function checkSizes(tree: Tree): readonly string[] {
  return tree.sources
    .filter(({ path }) => !isGenerated(path))
    .flatMap(({ path, lines, functions }) => [
      ...(lines.length > LIMITS.fileLines
        ? [`${path}: ${lines.length} lines, at most ${LIMITS.fileLines}`]
        : []),
      ...functions
        .filter((extent) => extent.lines > LIMITS.functionLines)
        .map(
          (extent) =>
            `${path}:${extent.line}: ${extent.name} has ${extent.lines} lines, ` +
            `at most ${LIMITS.functionLines}`,
        ),
      ...lines.flatMap((line, index) =>
        isTooWide(line) ? [`${path}:${index + 1}: wider than ${LIMITS.columns} columns`] : [],
      ),
    ])
}

/** A link cannot be broken, so a line with one may be as wide as it must. */
const isTooWide = (line: string) => [...line].length > LIMITS.columns && !/https?:\/\//.test(line)
