#include "feature/exchange/docx.h"

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define W   "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define R   "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"
#define WORD_TYPE "application/vnd.openxmlformats-officedocument.wordprocessingml."

static const char types[] = XML "<Types xmlns=\"" PACKAGE "content-types\">"
    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    "<Default Extension=\"png\" ContentType=\"image/png\"/><Default Extension=\"jpeg\" ContentType=\"image/jpeg\"/>"
    "<Override PartName=\"/word/document.xml\" ContentType=\"" WORD_TYPE "document.main+xml\"/><Override PartName=\"/word/styles.xml\" ContentType=\"" WORD_TYPE "styles+xml\"/>"
    "<Override PartName=\"/word/numbering.xml\" ContentType=\"" WORD_TYPE "numbering+xml\"/><Override PartName=\"/word/settings.xml\" ContentType=\"" WORD_TYPE "settings+xml\"/>"
    "<Override PartName=\"/word/footer1.xml\" ContentType=\"" WORD_TYPE "footer+xml\"/>"
    "<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>";

static const char package_rels[] = XML "<Relationships xmlns=\"" PACKAGE "relationships\">"
    "<Relationship Id=\"rId1\" Type=\"" OFFICE "officeDocument\" Target=\"word/document.xml\"/>"
    "<Relationship Id=\"rId2\" Type=\"" PACKAGE "relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>";

static const char settings[] = XML "<w:settings " W "><w:zoom w:percent=\"100\"/><w:defaultTabStop w:val=\"720\"/><w:compat><w:compatSetting w:name=\"compatibilityMode\" "
    "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat></w:settings>";

#define STYLE(id, name, based, ppr, rpr) "<w:style w:type=\"paragraph\" w:styleId=\"" id "\"><w:name w:val=\"" name "\"/><w:basedOn w:val=\"" based "\"/><w:qFormat/><w:pPr>" ppr "</w:pPr><w:rPr>" rpr "</w:rPr></w:style>"
static const char styles_from[] = XML "<w:styles " W "><w:docDefaults><w:rPrDefault><w:rPr>"
    "<w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\" w:eastAsia=\"Microsoft YaHei\" w:cs=\"Calibri\"/><w:color w:val=\"1C2129\"/><w:sz w:val=\"21\"/>";
static const char styles_to[] = "</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after=\"130\" w:line=\"288\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>"
    "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>"
    "<w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\"><w:name w:val=\"Default Paragraph Font\"/></w:style>"
    "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/><w:tblCellMar>"
    "<w:top w:w=\"0\" w:type=\"dxa\"/><w:left w:w=\"108\" w:type=\"dxa\"/><w:bottom w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>"
    STYLE("Title", "Title", "Normal", "<w:keepNext/><w:spacing w:before=\"60\" w:after=\"80\"/>", "<w:b/><w:sz w:val=\"44\"/>")
    STYLE("Over", "Over", "Normal", "<w:spacing w:after=\"60\"/>", "<w:color w:val=\"5C636F\"/><w:sz w:val=\"18\"/>")
    STYLE("ContentsTitle", "Contents Title", "Normal", "<w:keepNext/><w:spacing w:before=\"200\" w:after=\"60\"/>", "<w:b/><w:sz w:val=\"24\"/>")
    STYLE("TOC1", "toc 1", "Normal", "<w:spacing w:after=\"40\"/>", "") STYLE("TOC2", "toc 2", "Normal", "<w:spacing w:after=\"40\"/><w:ind w:left=\"300\"/>", "")
    STYLE("ListParagraph", "List Paragraph", "Normal", "<w:spacing w:after=\"60\"/>", "")
    STYLE("Code", "Code", "Normal", "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F3F5F8\"/><w:spacing w:line=\"252\" w:lineRule=\"auto\"/>",
          "<w:rFonts w:ascii=\"Consolas\" w:hAnsi=\"Consolas\" w:cs=\"Consolas\"/><w:sz w:val=\"18\"/>")
    STYLE("Caption", "caption", "Normal", "<w:spacing w:after=\"200\"/><w:jc w:val=\"center\"/>", "<w:color w:val=\"5C636F\"/><w:sz w:val=\"18\"/>")
    STYLE("Summary", "Summary", "Normal", "<w:keepNext/>", "<w:b/>")
    STYLE("TableText", "Table Text", "Normal", "<w:spacing w:before=\"40\" w:after=\"40\" w:line=\"252\" w:lineRule=\"auto\"/>", "<w:sz w:val=\"19\"/>")
    STYLE("TableHead", "Table Head", "TableText", "<w:keepNext/>", "<w:color w:val=\"5C636F\"/>")
    STYLE("Gap", "Gap", "Normal", "<w:spacing w:after=\"0\" w:line=\"200\" w:lineRule=\"exact\"/>", "<w:sz w:val=\"12\"/>")
    STYLE("Footer", "footer", "Normal", "<w:tabs><w:tab w:val=\"right\" w:pos=\"9070\"/></w:tabs><w:spacing w:after=\"0\"/>", "<w:color w:val=\"7A818C\"/><w:sz w:val=\"16\"/>")
    "<w:style w:type=\"character\" w:styleId=\"Hyperlink\"><w:name w:val=\"Hyperlink\"/><w:rPr><w:color w:val=\"1A55C8\"/><w:u w:val=\"single\"/></w:rPr></w:style>"
    "<w:style w:type=\"character\" w:styleId=\"InlineCode\"><w:name w:val=\"Inline Code\"/><w:rPr><w:rFonts w:ascii=\"Consolas\" w:hAnsi=\"Consolas\" w:cs=\"Consolas\"/>"
    "<w:sz w:val=\"19\"/><w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F0F2F5\"/></w:rPr></w:style>"
    "<w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/><w:basedOn w:val=\"TableNormal\"/><w:tblPr><w:tblBorders>"
    "<w:top w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"D5D9E0\"/><w:left w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"D5D9E0\"/>"
    "<w:bottom w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"D5D9E0\"/><w:right w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"D5D9E0\"/>"
    "<w:insideH w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"D5D9E0\"/><w:insideV w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"D5D9E0\"/></w:tblBorders></w:tblPr></w:style>";

/* Two kinds of list, each with nine levels; paragraphs say their indentation themselves. */
static void numbering(Buf *b)
{
    buf_add(b, S(XML "<w:numbering " W ">"));
    for (int kind = 0; kind < 2; kind++) {
        buf_fmt(b, "<w:abstractNum w:abstractNumId=\"%d\"><w:multiLevelType w:val=\"hybridMultilevel\"/>", kind);
        for (int level = 0; level < 9; level++) {
            buf_fmt(b, "<w:lvl w:ilvl=\"%d\"><w:start w:val=\"1\"/><w:numFmt w:val=\"%s\"/>", level, kind ? "decimal" : "bullet");
            if (kind) buf_fmt(b, "<w:lvlText w:val=\"%%%d.\"/>", level + 1);
            else buf_add(b, S("<w:lvlText w:val=\"•\"/>"));
            buf_fmt(b, "<w:lvlJc w:val=\"left\"/><w:pPr><w:ind w:left=\"%d\" w:hanging=\"360\"/></w:pPr></w:lvl>", 360 * (level + 1));
        }
        buf_add(b, S("</w:abstractNum>"));
    }
    buf_add(b, S("<w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>"));
}

void docx_parts_first(ZipOut *zip, bool zh)
{
    Buf b = buf_new(zip->arena, 64 << 10);
    zip_add(zip, S("[Content_Types].xml"), str_of(types), ZIP_DEFLATE);
    zip_add(zip, S("_rels/.rels"), str_of(package_rels), ZIP_DEFLATE);
    zip_add(zip, S("word/settings.xml"), str_of(settings), ZIP_DEFLATE);
    buf_add(&b, str_of(styles_from));
    buf_fmt(&b, "<w:lang w:val=\"%s\" w:eastAsia=\"zh-CN\"/>", zh ? "zh-CN" : "en-US");
    buf_add(&b, str_of(styles_to));
    static const struct { int level, size, before; } headings[] = { { 1, 34, 360 }, { 2, 29, 320 }, { 3, 25, 240 }, { 4, 22, 200 }, { 5, 21, 180 }, { 6, 21, 160 } };
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        buf_fmt(&b, "<w:style w:type=\"paragraph\" w:styleId=\"Heading%d\"><w:name w:val=\"heading %d\"/><w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/><w:qFormat/>"
                "<w:pPr><w:keepNext/><w:keepLines/><w:spacing w:before=\"%d\" w:after=\"100\"/><w:outlineLvl w:val=\"%d\"/></w:pPr><w:rPr><w:b/><w:sz w:val=\"%d\"/></w:rPr></w:style>",
                headings[i].level, headings[i].level, headings[i].before, headings[i].level - 1, headings[i].size);
    buf_add(&b, S("</w:styles>"));
    zip_add(zip, S("word/styles.xml"), buf_str(&b), ZIP_DEFLATE);
}

static void core(Arena *a, ZipOut *zip, const DocxParts *p)
{
    Buf b = buf_new(a, 64 << 10);
    buf_add(&b, S(XML "<cp:coreProperties xmlns:cp=\"" PACKAGE "metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                  "xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>"));
    docx_text(&b, p->title);
    buf_add(&b, S("</dc:title><dc:creator>"));
    docx_text(&b, p->author);
    buf_fmt(&b, "</dc:creator><dcterms:created xsi:type=\"dcterms:W3CDTF\">" STR_FMT "</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">" STR_FMT "</dcterms:modified></cp:coreProperties>",
            STR_ARG(p->created), STR_ARG(p->modified));
    zip_add(zip, S("docProps/core.xml"), buf_str(&b), ZIP_DEFLATE);
}

static void footer(Arena *a, ZipOut *zip, const DocxParts *p)
{
    Buf b = buf_new(a, 64 << 10);
    buf_add(&b, S(XML "<w:ftr " W "><w:p><w:pPr><w:pStyle w:val=\"Footer\"/></w:pPr><w:r><w:t xml:space=\"preserve\">"));
    docx_text(&b, p->footer);
    buf_add(&b, S("</w:t></w:r><w:r><w:tab/></w:r><w:fldSimple w:instr=\" PAGE \"><w:r><w:t>1</w:t></w:r></w:fldSimple><w:r><w:t xml:space=\"preserve\"> / </w:t></w:r>"
                  "<w:fldSimple w:instr=\" NUMPAGES \"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>"));
    zip_add(zip, S("word/footer1.xml"), buf_str(&b), ZIP_DEFLATE);
}

void docx_parts_last(Arena *a, ZipOut *zip, const DocxParts *p)
{
    Buf b = buf_new(a, 220u << 20), rels = buf_new(a, 20u << 20), numbers = buf_new(a, 20u << 20);
    core(a, zip, p);
    footer(a, zip, p);
    buf_add(&rels, S(XML "<Relationships xmlns=\"" PACKAGE "relationships\"><Relationship Id=\"rId1\" Type=\"" OFFICE "styles\" Target=\"styles.xml\"/>"
                     "<Relationship Id=\"rId2\" Type=\"" OFFICE "numbering\" Target=\"numbering.xml\"/><Relationship Id=\"rId3\" Type=\"" OFFICE "settings\" Target=\"settings.xml\"/>"
                     "<Relationship Id=\"rId4\" Type=\"" OFFICE "footer\" Target=\"footer1.xml\"/>"));
    buf_add(&rels, p->rels);
    buf_add(&rels, S("</Relationships>"));
    zip_add(zip, S("word/_rels/document.xml.rels"), buf_str(&rels), ZIP_DEFLATE);
    numbering(&numbers);
    buf_add(&numbers, p->numbers);
    buf_add(&numbers, S("</w:numbering>"));
    zip_add(zip, S("word/numbering.xml"), buf_str(&numbers), ZIP_DEFLATE);
    buf_add(&b, S(XML "<w:document " W " " R " xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" "
                  "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><w:body>"));
    buf_add(&b, p->body);
    buf_add(&b, S("<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId4\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/>"
                  "<w:pgMar w:top=\"1418\" w:right=\"1418\" w:bottom=\"1418\" w:left=\"1418\" w:header=\"709\" w:footer=\"709\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>"));
    zip_add(zip, S("word/document.xml"), buf_str(&b), ZIP_DEFLATE);
}
