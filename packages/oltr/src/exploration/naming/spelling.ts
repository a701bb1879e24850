// When two names are one name spelt in two ways, and how many slips lie between two spellings.

/** The name without what people do not mean: form of characters, case, kind and number of separators. */
export function caseAndSpacing(name: string): string {
  const plain = name.normalize('NFKC').toLowerCase()
  const words = plain.replace(/[\s_\-‐-―./]+/gu, ' ').trim()
  // A name of separators alone has nothing else to be told by.
  return words === '' ? plain : words
}

/** As `caseAndSpacing`, with an English plural of the last word folded into its singular, where that is plain. */
export function spellingKey(name: string): string {
  return caseAndSpacing(name).replace(/\p{L}+$/u, singular)
}

// Conservative: words that merely end like a plural (bus, glass, iris) keep their end, and short ones (gas) as well.
function singular(word: string): string {
  if (word.length < 4 || /(ss|us|is)$/.test(word)) return word
  if (/[^aeiou]ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`
  if (/(ch|sh|x|ss|zz)es$/.test(word)) return word.slice(0, -2)
  return word.endsWith('s') ? word.slice(0, -1) : word
}

/** Damerau-Levenshtein (optimal string alignment): insertions, deletions, exchanges and swaps of neighbours, in characters. */
export function spellingDistance(first: string, second: string): number {
  const [a, b] = [[...first], [...second]]
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, before[j - 2] + 1)
      row.push(least)
    }
    before = above
    above = row
  }
  return above[b.length]
}
