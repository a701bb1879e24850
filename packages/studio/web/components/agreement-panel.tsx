// How far people agree: over all, per person, per class, and who is taken for whom.

import { useResource } from '../state/resource.ts'
import { HeatMap } from './heat-map.tsx'
import { countText, percentText } from './numbers.ts'
import { Shown } from './shown.tsx'

const MOST_CLASSES = 50

export function AgreementPanel({ round }: { round: number | undefined }) {
  const agreement = useResource('agreement', { query: round === undefined ? {} : { round } }, [
    'answers',
    'classes',
  ])
  return (
    <Shown resource={agreement}>
      {({ alpha, people, classes, confusions }) => (
        <div class="stack-wide">
          <section class="figure-card">
            <strong class="figure">{alpha === null ? '–' : alpha.toFixed(2)}</strong>
            <div>
              <h2>Agreement</h2>
              <p class="quiet">{alphaText(alpha)}</p>
            </div>
          </section>
          <section>
            <h2>People</h2>
            <div class="table-scroll">
              <table class="table">
                <thead>
                  <tr>
                    <th scope="col">Person</th>
                    <th scope="col">Answers</th>
                    <th scope="col">As agreed on</th>
                    <th scope="col">Hidden controls</th>
                    <th scope="col">An hour</th>
                  </tr>
                </thead>
                <tbody>
                  {people.map((one) => (
                    <tr key={one.person}>
                      <th scope="row">{one.person}</th>
                      <td>{countText(one.answers)}</td>
                      <td>{percentText(one.agrees)}</td>
                      <td>{one.controls.of === 0 ? '–' : `${one.controls.right} of ${one.controls.of}`}</td>
                      <td>{one.perHour === null ? '–' : countText(Math.round(one.perHour))}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
          {confusions.length > 0 && (
            <section>
              <h2>Taken for each other</h2>
              <HeatMap confusions={confusions} />
            </section>
          )}
          {classes.length > 0 && (
            <section>
              <h2>Classes</h2>
              <div class="table-scroll">
                <table class="table">
                  <thead>
                    <tr>
                      <th scope="col">Class</th>
                      <th scope="col">Images</th>
                      <th scope="col">Agreement</th>
                    </tr>
                  </thead>
                  <tbody>
                    {classes
                      .toSorted((a, b) => (a.agrees ?? 1) - (b.agrees ?? 1))
                      .slice(0, MOST_CLASSES)
                      .map((one) => (
                        <tr key={one.class}>
                          <th scope="row">
                            <a href={`#/classes/${one.class}`}>{one.name}</a>
                          </th>
                          <td>{countText(one.images)}</td>
                          <td>{percentText(one.agrees)}</td>
                        </tr>
                      ))}
                  </tbody>
                </table>
              </div>
              {classes.length > MOST_CLASSES && (
                <p class="quiet">The {MOST_CLASSES} with the least agreement.</p>
              )}
            </section>
          )}
        </div>
      )}
    </Shown>
  )
}

/** What Krippendorff's alpha means, by his own thresholds (Content Analysis, 2004). */
function alphaText(alpha: number | null): string {
  if (alpha === null) return 'It takes two people who saw the same images.'
  const scale = 'Krippendorff’s alpha: 1 is full agreement, 0 is chance.'
  if (alpha >= 0.8) return `${scale} These answers can be relied on.`
  if (alpha >= 0.667) return `${scale} Good enough for tentative conclusions.`
  return `${scale} People see these images differently: look at the pairs below.`
}
