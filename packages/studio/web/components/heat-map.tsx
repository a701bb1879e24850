// Which classes people take for each other: a square per pair, darker for more answers.

import type { Response } from '../../src/api/schemas.ts'

const MOST = 14

export function HeatMap({ confusions }: { confusions: Response<'agreement'>['confusions'] }) {
  const shown = confusions.slice(0, 60)
  const rows = [...new Set(shown.map(({ agreed }) => agreed))].slice(0, MOST)
  const columns = [...new Set(shown.map(({ said }) => said))].slice(0, MOST)
  const most = Math.max(1, ...shown.map(({ answers }) => answers))
  const cells = new Map(shown.map(({ agreed, said, answers }) => [`${agreed}\n${said}`, answers]))
  return (
    <div class="table-scroll">
      <table class="heat-map">
        <caption class="quiet">Rows: what was agreed on. Columns: what was said instead.</caption>
        <thead>
          <tr>
            <td />
            {columns.map((said) => (
              <th key={said} scope="col">
                <span>{said}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((agreed) => (
            <tr key={agreed}>
              <th scope="row">{agreed}</th>
              {columns.map((said) => {
                const answers = cells.get(`${agreed}\n${said}`)
                return (
                  <td key={said} title={answers ? `${agreed}, called ${said}: ${answers}` : undefined}>
                    {answers !== undefined && (
                      <span class="heat" style={{ '--heat': String(0.25 + (0.75 * answers) / most) }}>
                        {answers}
                      </span>
                    )}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
