/* Sends a table to the API to be looked at, and passes the answer to the page. */
mdDrop.takers.table = async (zone, file, type) => {
  const name = encodeURIComponent(file.name.slice(0, 200));
  const told = await mdDrop.send(`${zone.dataset.url}?file=${name}`, file, type);
  const error = told.answer.error || {};
  if (told.status === 201) mdDrop.rest(zone);
  else mdDrop.tell(zone, "refused", error.message || "The file did not reach the server.");
  emitEvent("md_table_held", told);
};
