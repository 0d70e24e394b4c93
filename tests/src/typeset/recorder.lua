-- Writes what every page shows: a line of JSON per page, with its lines from top to bottom as the page's boxes hold them.
-- Every run of letters has a kind and the number of its paragraph, from the attributes that the macros of shelfbook.sty set.
local kind_attribute = luatexbase.attributes.shelfkind
local paragraph_attribute = luatexbase.attributes.shelfparagraph
local capitals_attribute = luatexbase.attributes.shelfcapitals
local GLYPH, GLUE, KERN, DISC, HLIST, VLIST =
  node.id("glyph"), node.id("glue"), node.id("kern"), node.id("disc"), node.id("hlist"), node.id("vlist")
local out = io.open(tex.jobname .. ".truth.jsonl", "w")
local kinds = {}
function shelf_name_kind(number, name) kinds[number] = name end

local function letters(n)
  local data = font.getfont(n.font)
  local character = data and data.characters[n.char]
  local code = character and character.unicode or n.char
  if type(code) == "table" then
    local all = {}
    for _, one in ipairs(code) do all[#all + 1] = utf8.char(one) end
    return table.concat(all)
  end
  return utf8.char(code)
end

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
end

-- A gap of more than this part of the font's size separates words.
local MIN_GAP = 0.12

local function lines_of(head)
  local lines, line = {}, nil
  local gap = 0
  local function finish()
    if line and line.text:match("%S") then lines[#lines + 1] = line end
    line, gap = nil, 0
  end
  local walk
  local function glyph(n)
    local kind = node.get_attribute(n, kind_attribute) or 0
    local paragraph = node.get_attribute(n, paragraph_attribute) or 0
    if line and (line.kind ~= kind or line.paragraph ~= paragraph) then finish() end
    line = line or { kind = kind, paragraph = paragraph, text = "" }
    if gap > MIN_GAP * font.getfont(n.font).size and line.text ~= "" then line.text = line.text .. " " end
    gap = 0
    local text = letters(n)
    if node.get_attribute(n, capitals_attribute) then text = text:upper() end
    line.text = line.text .. text
  end
  walk = function(n, parent)
    while n do
      if n.id == GLYPH then
        glyph(n)
      elseif n.id == DISC then
        if n.replace then walk(n.replace, parent) end
      elseif n.id == GLUE and parent then
        -- Leaders, the dots of a table of contents, are white space.
        gap = gap + (node.effective_glue(n, parent) or n.width)
      elseif n.id == KERN and n.subtype == 1 then
        gap = gap + n.kern
      elseif n.id == HLIST then
        -- A box within a line belongs to it; a box in a column is a line of its own.
        local is_line = parent == nil or parent.id == VLIST
        if is_line then finish() end
        walk(n.head, n)
        if is_line then finish() end
      elseif n.id == VLIST then
        walk(n.head, n)
      end
      n = n.next
    end
  end
  walk(head, nil)
  finish()
  return lines
end

luatexbase.add_to_callback("pre_shipout_filter", function(head)
  local parts = {}
  for _, line in ipairs(lines_of(head)) do
    parts[#parts + 1] = string.format('{"kind":%s,"paragraph":%d,"text":%s}', quoted(kinds[line.kind] or "none"),
      line.paragraph, quoted(line.text))
  end
  out:write('{"lines":[', table.concat(parts, ","), "]}\n")
  out:flush()
  return true
end, "shelf: what the page shows")
