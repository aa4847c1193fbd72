// Columns of numbers stand flush right, with their heading, on slides and on paper.

function alignNumbers(table) {
  const body = [...(table.tBodies[0]?.rows ?? [])];
  const columns = Math.max(...[...table.rows].map((row) => row.cells.length));
  for (let column = 0; column < columns; column += 1) {
    const cells = body.map((row) => row.cells[column]).filter((cell) => cell?.textContent.trim());
    if (cells.length && cells.every((cell) => /^[-+−$]?[\d,.]+ ?%?$|^nan$/i.test(cell.textContent.trim()))) {
      for (const row of table.rows) row.cells[column]?.classList.add("number");
    }
  }
}
