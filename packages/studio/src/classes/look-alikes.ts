// Small letters of Cyrillic and Greek that look like a Latin one, with the letter they look like; by Unicode's confusables
// (UTS 39), kept to what a reader cannot tell apart. Capitals are not listed: names are folded to small letters before.

// Where the small letter has no double, the capital's counts (Cyrillic В looks like B). One letter stands for one only, so
// a Greek capital Ν passes for V and not for N: were it both, n and v would be one letter in every name.
const cyrillic = 'аa вb сc ԁd еe һh нh іi јj кk ӏl мm оo рp ԛq ѕs тt ѵv ԝw хx уy үy'
// Final sigma is no Latin letter, but one letter with sigma.
const greek = 'αa βb εe ιi κk μm ηn οo ρp ςσ τt υu νv ωw χx γy ζz'
const drawnAlike = 'ɑa ɡg ɩi ıi'

const latin = new Map(
  `${cyrillic} ${greek} ${drawnAlike}`.split(' ').map((pair) => [...pair] as [from: string, to: string]),
)

/** The text with look-alike letters made Latin, accents kept. Expects small letters. */
export function foldLookAlikes(text: string): string {
  // Taken apart, so that an accent does not hide the letter under it.
  return text.normalize('NFKD').replace(/\p{L}/gu, (letter) => latin.get(letter) ?? letter)
}
