document.querySelectorAll("table").forEach(function (table) {
  var body = table.tBodies[0];
  if (!table.tHead || !body || body.rows.length < 2) return;
  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
    var button = document.createElement("button");
    button.type = "button";
    while (head.firstChild) button.appendChild(head.firstChild);
    head.appendChild(button);
    button.addEventListener("click", function () {
      var down = head.getAttribute("aria-sort") !== "descending" && !(column === 0 && head.getAttribute("aria-sort") !== "ascending");
      var rows = Array.prototype.slice.call(body.rows);
      var key = function (row) {
        var cell = row.cells[column], value = cell.getAttribute("data-v");
        return value === null ? cell.textContent.trim() : parseFloat(value);
      };
      rows.sort(function (a, b) {
        var x = key(a), y = key(b);
        if (x === "–" || y === "–") return x === y ? 0 : x === "–" ? 1 : -1;
        var order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true });
        return down ? -order : order;
      });
      rows.forEach(function (row) { body.appendChild(row); });
      Array.prototype.forEach.call(table.tHead.rows[0].cells, function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
    });
  });
});
