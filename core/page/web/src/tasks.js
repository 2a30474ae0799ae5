// Returns the searches of each task of a report, in the order of the tasks.
export function tasksOf(report) {
  const all = new Map();
  for (const search of report.searches) {
    if (!all.has(search.task)) all.set(search.task, []);
    all.get(search.task).push(search);
  }
  return Array.from(all.values());
}
