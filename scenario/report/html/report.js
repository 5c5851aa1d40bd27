// The report's charts stand in #charts.
showCharts(JSON.parse(document.getElementById("charts").textContent));
